// Reads HDF5 files that may attack the library: a child process with little memory and time opens them, and may die of it.
import { spawn } from "node:child_process";
import { fstatSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dtype as lookUp } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import type { Hdf5Attribute, Hdf5Dataset } from "../native.ts";
import { NDArray, type Selection } from "../ndarray.ts";
import { babble, datasetOf, errorOf, type Answer, type Request } from "./hdf5-messages.ts";
import { elementType } from "./hdf5-type.ts";
import type { JobOptions } from "./job.ts";
import { closeFile, openFile } from "./open-file.ts";
import { RecordArray, type RecordField } from "./record-array.ts";

const PROGRAM: URL = new URL("./hdf5-child.js", import.meta.url);

/** What a child may use: more for a larger file. */
const MEMORY_BYTES = 2 ** 30;
const MEMORY_PER_BYTE = 8;
const TIME_MS = 20_000;
const SLOWEST_BYTES_PER_MS = 20_000;

/** As in the addon: what a small file may claim, and how far zeros can be compressed. */
const SMALL_CLAIM_BYTES = 2 ** 28;
const BEST_RATIO = 1100;
const LONGEST_HEAD_BYTES = 2 ** 28;

export interface UntrustedDataset {
  readonly dataset: Hdf5Dataset & { readonly attributes: readonly Hdf5Attribute[] };
  /** The selection's elements; undefined where they lie in the file in one piece. */
  readonly array: NDArray | undefined;
}

/**
 * Describes a dataset of the file that is open as `fd`, and reads a selection of what does not lie in one piece.
 * @throws PersistError PERSIST_CORRUPT when the child died of it, PERSIST_LIMIT when it took too long; and as in this process.
 */
export async function readUntrusted(
  fd: number,
  name: string,
  selection: Selection | undefined,
  file: string,
  job: JobOptions,
): Promise<UntrustedDataset> {
  const [{ dataset, elements }, bytes] = await ask(fd, { name, selection: selection ?? [] }, file, job);
  if (dataset === undefined) throw babble(file);
  const found = datasetOf(dataset, file);
  if (elements === undefined) return { dataset: found, array: undefined };
  const array = arrayOf(elements, bytes, file);
  const { fields } = found.isText ? {} : elementType(found, file);
  return { dataset: found, array: fields === undefined ? array : recordsOf(array, fields, file) };
}

/** Lists the datasets of a file. */
export async function listUntrusted(
  file: string,
  job: JobOptions,
): Promise<(Hdf5Dataset & { name: string })[]> {
  const fd = openFile(file, "r");
  try {
    const [{ datasets }] = await ask(fd, {}, file, job);
    if (!Array.isArray(datasets)) throw babble(file);
    return datasets.map((message) => datasetOf(message, file));
  } finally {
    closeFile(fd);
  }
}

function arrayOf({ dtype, shape }: NonNullable<Answer["elements"]>, bytes: Buffer, file: string): NDArray {
  try {
    const type = lookUp(dtype);
    const data = new type.Data(new Uint8Array(bytes).buffer);
    return new NDArray({ data, shape, dtype: type.name });
  } catch (cause) {
    throw Object.assign(babble(file), { cause });
  }
}

function recordsOf(array: NDArray, fields: readonly RecordField[], file: string): NDArray {
  if (!(array.data instanceof Uint8Array)) throw babble(file);
  return new RecordArray({ data: array.data, shape: array.shape, dtype: array.dtype }, fields);
}

type Question = Pick<Request, "name" | "selection">;

async function ask(fd: number, question: Question, file: string, job: JobOptions): Promise<[Answer, Buffer]> {
  const file_bytes = fstatSync(fd).size;
  const time_ms = TIME_MS + file_bytes / SLOWEST_BYTES_PER_MS;
  const request: Request = {
    ...question,
    memory_bytes: MEMORY_BYTES + MEMORY_PER_BYTE * file_bytes,
    cpu_s: Math.ceil(time_ms / 1000),
  };
  const most_bytes = LONGEST_HEAD_BYTES + Math.max(SMALL_CLAIM_BYTES, BEST_RATIO * file_bytes);
  const answer = await talk(fd, JSON.stringify(request), { file, time_ms, most_bytes }, job);
  const head_bytes = answer.length < 4 ? Infinity : answer.readUInt32LE(0);
  if (4 + head_bytes > answer.length) throw babble(file);
  let head: Answer;
  try {
    head = JSON.parse(answer.toString("utf8", 4, 4 + head_bytes)) as Answer;
  } catch {
    throw babble(file);
  }
  if (typeof head !== "object" || head === null) throw babble(file);
  if (head.problem !== undefined) throw errorOf(head.problem, file);
  return [head, answer.subarray(4 + head_bytes)];
}

interface Bounds {
  readonly file: string;
  readonly time_ms: number;
  readonly most_bytes: number;
}

/** Runs the child with a request, and gives all that it answers. It is killed when it takes too long, says too much, or by the signal. */
function talk(
  fd: number,
  request: string,
  { file, time_ms, most_bytes }: Bounds,
  job: JobOptions,
): Promise<Buffer> {
  const { signal } = job;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(PROGRAM)], {
      stdio: ["pipe", "pipe", "ignore", fd],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    const parts: Buffer[] = [];
    let size_bytes = 0;
    let failure: Error | undefined;
    const stop = (reason: Error): void => {
      failure ??= reason;
      child.kill("SIGKILL");
    };
    const limit = (what: string): PersistError =>
      new PersistError("PERSIST_LIMIT", `reading ${file} ${what}`, { file });
    const abort = (): void => stop(signal!.reason as Error);
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => stop(limit(`took more than ${Math.ceil(time_ms)} ms`)), time_ms);
    child.stdout!.on("data", (part: Buffer) => {
      parts.push(part);
      size_bytes += part.length;
      if (size_bytes > most_bytes) stop(limit(`gave more than ${most_bytes} bytes`));
    });
    child.stdin!.on("error", () => {}); // it died before it read the request: its end says why
    child.stdin!.end(request);
    child.on("error", (cause) => {
      failure ??= new PersistError("PERSIST_IO", `no process to read ${file} could be started`, {
        file,
        cause,
      });
    });
    child.on("close", (code, died) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      if (failure !== undefined) reject(failure);
      else if (code === 0) resolve(Buffer.concat(parts));
      else
        reject(
          new PersistError(
            "PERSIST_CORRUPT",
            `the process that read ${file} died of it (${died ?? `exit code ${code}`})`,
            {
              file,
            },
          ),
        );
    });
  });
}
