// The program of a child process that reads one HDF5 file which may attack the library: descriptor 3. It takes a request on its
// standard input, and answers on its standard output. When it is taken over, it has nothing of its parent but that file.
import { readFileSync, writeSync } from "node:fs";
import { isPersistError } from "../errors.ts";
import { native, type Hdf5Dataset, type OpenHdf5Dataset } from "../native.ts";
import type { Selection } from "../ndarray.ts";
import {
  CHILD_FILE,
  type Answer,
  type AttributeMessage,
  type DatasetMessage,
  type Request,
} from "./hdf5-messages.ts";
import { readDataset } from "./hdf5-read.ts";

async function answer(request: Request): Promise<readonly [Answer, Uint8Array?]> {
  native().limitProcess(request.memory_bytes, request.cpu_s);
  if (request.name === undefined) {
    const all = await native().listHdf5(CHILD_FILE, undefined);
    return [{ datasets: all.map((dataset) => ({ ...messageOf(dataset), name: dataset.name })) }];
  }
  const opened = await native().openHdf5(CHILD_FILE, request.name);
  const message = { ...messageOf(opened), attributes: attributesOf(opened) };
  const isInPlace = opened.offset !== undefined && !opened.isText;
  if (opened.problem !== undefined || isInPlace) return [{ dataset: message }];
  const { data, dtype, shape } = (
    await readDataset(opened, request.selection as Selection, CHILD_FILE, {})
  ).contiguous();
  const elements = { dtype, shape };
  return [{ dataset: message, elements }, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

function messageOf({ problem, ...dataset }: Hdf5Dataset): DatasetMessage {
  return problem === undefined
    ? dataset
    : { ...dataset, problem: { code: problem.code, message: problem.message } };
}

function attributesOf({ attributes }: OpenHdf5Dataset): AttributeMessage[] {
  return attributes.map(({ bytes, ...rest }) =>
    bytes === undefined ? rest : { ...rest, base64: Buffer.from(bytes).toString("base64") },
  );
}

function send(message: Answer, bytes: Uint8Array = new Uint8Array(0)): void {
  const head = Buffer.from(JSON.stringify(message));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  for (const part of [size, head, bytes]) writeWhole(part);
}

/** The pipe waits for its reader: a child has nothing else to do. */
function writeWhole(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(1, bytes, done, Math.min(bytes.length - done, 2 ** 20));
}

async function main(): Promise<void> {
  try {
    send(...(await answer(JSON.parse(readFileSync(0, "utf8")) as Request)));
  } catch (error) {
    const code = isPersistError(error) ? error.code : "PERSIST_CORRUPT";
    const message = error instanceof Error ? error.message : String(error);
    send({ problem: { code, message, isMisuse: error instanceof RangeError } });
  }
}

void main();
