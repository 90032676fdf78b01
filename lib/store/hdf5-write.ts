// Writes arrays into an HDF5 file, whole and atomically, keeping what else the file holds.
import { constants, existsSync } from "node:fs";
import { copyFile, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { io } from "../disk/io-error.ts";
import { dtype as lookUp } from "../dtype.ts";
import { isPersistError } from "../errors.ts";
import { native, type ArrayToPack, type DatasetToCreate, type FieldToCreate } from "../native.ts";
import type { NDArray } from "../ndarray.ts";
import { inTurn, SMALL_BYTES } from "../turn.ts";
import { afterOthers } from "./after-others.ts";
import type { NamedArray, WriteArrayJob } from "./array-format.ts";
import { whileSummed, type Summed } from "./checksum.ts";
import { chunkShape } from "./chunk-shape.ts";
import { checkNotOpen, growingAt } from "./hdf5-growing.ts";
import { attributesToWrite } from "./hdf5-new-attributes.ts";
import { layOutFile, type NewFile, type PlainDataset } from "./hdf5-new-file.ts";
import { packInto } from "./hdf5-packed.ts";
import { partOf, runJob } from "./job.ts";
import { closeFile, openFile } from "./open-file.ts";
import { allPresentBytes, presence } from "./present-bytes.ts";
import { RecordArray, type RecordField } from "./record-array.ts";
import { replaceByRename } from "./replace-by-rename.ts";
import { writeNewFile } from "./write-new-files.ts";

/**
 * Puts arrays into a file, each in the place of one of its name:
 *
 *  1. What exists is copied beside it (shared by the file system where it can).
 *  2. The library makes datasets in the copy, in one piece or for compressed chunks, and tells where they lie. In a new file plain ones are laid out without it.
 *  3. The write engine puts the bytes there, or compressed chunks behind the end, and with `full` durability syncs.
 *  4. The copy is renamed over the file.
 *
 * Writes of this process into one file follow each other; between processes the last rename wins.
 */
export async function writeDatasets(
  file: string,
  arrays: readonly NamedArray[],
  job: WriteArrayJob,
): Promise<readonly Summed[]> {
  const little = arrays.map(({ array }) => (array instanceof RecordArray ? littleEndian(array) : array));
  const views = await allPresentBytes(little, file);
  const checkPresent = presence(views, file);
  const datasets = arrays.map(({ name, array: given }, k) =>
    datasetOf(name, given, little[k]!, views[k]!, job),
  );
  const isLittle = takeAlong(datasets);
  const write = async (temporary: string): Promise<readonly Summed[]> => {
    await inTurn();
    job.signal?.throwIfAborted();
    try {
      checkPresent();
      await chooseShuffle(datasets, file);
      const exists = await copyExisting(file, temporary);
      const layout = exists ? undefined : await layOutFile(plainOf(datasets));
      checkPresent();
      const places =
        layout === undefined
          ? await runJob({ signal: job.signal }, "create", 0, (control) =>
              native().createHdf5(
                temporary,
                datasets.map(({ toCreate }) => toCreate),
                exists,
                control,
              ),
            )
          : await writePlain(temporary, datasets, layout);
      checkPresent();
      return await whileSummed(views, file, job, () => fill(temporary, datasets, places, job, checkPresent));
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw error;
    }
  };
  return afterOthers(file, async () => {
    const growing = growingAt(file);
    for (const { name } of arrays) checkNotOpen(growing, name);
    const replace = (): Promise<readonly Summed[]> => replaceByRename(file, { ...job, isLittle }, write);
    return growing === undefined ? replace() : growing.whileReplaced(replace);
  });
}

/** What of the datasets decides whether the file can be laid out without the library: none where there is more to it. */
function plainOf(datasets: readonly DatasetToWrite[]): PlainDataset[] {
  const isPlain = ({ attributes, names, fields, chunks }: DatasetToCreate): boolean =>
    (attributes ?? []).length === 0 && names === undefined && fields === undefined && chunks === undefined;
  if (!datasets.every(({ toCreate }) => isPlain(toCreate))) return [];
  return datasets.map(({ toCreate: { name, descr, shape, content }, data }) => {
    return { name, descr, shape, size_bytes: data.byteLength, comesFirst: content !== undefined };
  });
}

/** Writes the start of a file, and the little arrays with it. */
async function writePlain(
  path: string,
  datasets: readonly DatasetToWrite[],
  { head, places }: NewFile,
): Promise<readonly number[]> {
  const little = [...datasets.entries()].filter(([, { toCreate }]) => toCreate.content !== undefined);
  const ends = little.map(([k, { data }]) => places[k]! + data.byteLength);
  const start = Buffer.alloc(Math.max(head.length, ends.at(-1) ?? 0));
  head.copy(start);
  for (const [k, { data }] of little) start.set(data, places[k]);
  const data = new Uint8Array(0);
  if (start.length <= head.length + SMALL_BYTES) {
    native().writeFilesSync(dirname(path), [{ stem: basename(path), extension: "", head: start, data }]);
  } else await writeNewFile(path, start, data, { durability: "process" });
  return places;
}

/** What the library's thread writes with the datasets is copied for it: no more than this. */
const MOST_CONTENT_BYTES = 2 ** 20;

/** A dataset to make, and what goes into it. */
interface DatasetToWrite {
  readonly toCreate: DatasetToCreate & {
    chunks?: { shuffle: boolean } & DatasetToCreate["chunks"];
    content?: Uint8Array;
  };
  readonly data: Uint8Array;
  /** Where it is compressed. */
  readonly toPack: (ArrayToPack & { shuffle: boolean }) | undefined;
}

/** Has the bytes of compressed arrays shuffled where that makes them smaller. */
async function chooseShuffle(datasets: readonly DatasetToWrite[], file: string): Promise<void> {
  const packed = datasets.filter(({ toPack }) => toPack !== undefined);
  if (packed.length === 0) return;
  const helps = await native().shuffleHelps(
    packed.map(({ toPack }) => toPack!),
    file,
  );
  for (const [k, { toCreate, toPack }] of packed.entries())
    toCreate.chunks!.shuffle = toPack!.shuffle = helps[k]!;
}

/** Has little arrays written by the thread that makes the datasets, which saves a turn. Whether that is all. */
function takeAlong(datasets: readonly DatasetToWrite[]): boolean {
  let [taken_bytes, isAll] = [0, true];
  for (const { toCreate, data, toPack } of datasets) {
    const { byteLength } = data;
    if (toPack === undefined && byteLength <= SMALL_BYTES && taken_bytes + byteLength <= MOST_CONTENT_BYTES) {
      toCreate.content = data;
      taken_bytes += byteLength;
    } else isAll = false;
  }
  return isAll;
}

function datasetOf(
  name: string,
  given: NDArray,
  array: NDArray,
  data: Uint8Array,
  { level, attributes: more }: WriteArrayJob,
): DatasetToWrite {
  const { descr, itemsize_bytes: itemsize } = lookUp(array.dtype);
  const { shape } = array;
  const fields = array instanceof RecordArray ? { fields: fieldsToCreate(array.fields) } : {};
  const attributes = attributesToWrite(given, { ...given.attributes, ...more });
  const toCreate = { name, descr, shape, ...fields, ...attributes };
  // HDF5 has no chunks of what has no axes
  if (level === 0 || data.byteLength === 0 || shape.length === 0)
    return { toCreate, data, toPack: undefined };
  const extents = chunkShape(shape, itemsize);
  return {
    toCreate: { ...toCreate, chunks: { extents, grows: false, level, shuffle: false } },
    data,
    toPack: { shape, chunks: extents, itemsize, level, data, shuffle: false },
  };
}

/** First what lies in one piece, then compressed chunks behind the end; the last write syncs. */
async function fill(
  path: string,
  datasets: readonly DatasetToWrite[],
  places: readonly number[],
  job: WriteArrayJob,
  checkPresent: () => void,
): Promise<void> {
  const all = datasets.map((dataset, k) => ({ ...dataset, place: places[k]! }));
  const whole = all.filter(({ toPack, toCreate }) => toPack === undefined && toCreate.content === undefined);
  const packed = all.filter(({ toPack }) => toPack !== undefined);
  const durable = job.durability === "full";
  const sizeOf = (some: typeof all): number => some.reduce((sum, { data }) => sum + data.byteLength, 0);
  const total_bytes = sizeOf(all);
  let done_bytes = total_bytes - sizeOf(packed) - sizeOf(whole);
  job.onProgress?.({ phase: "write", done_bytes, total_bytes });
  if (whole.length > 0 || (packed.length === 0 && durable)) {
    const ranges = whole.map(({ data, place }) => ({ offset: place, data }));
    await runJob(partOf(job, done_bytes, total_bytes), "write", sizeOf(whole), (control) => {
      checkPresent();
      return native().writeRanges(path, ranges, durable && packed.length === 0, control);
    });
  }
  done_bytes += sizeOf(whole);
  if (packed.length === 0) return;
  const toFill = packed.map(({ place, toPack }) => ({ header: place, array: toPack! }));
  await packInto(path, toFill, { ...partOf(job, done_bytes, total_bytes), durable, checkPresent });
}

/** Whether there was a file to copy. */
export async function copyExisting(file: string, temporary: string): Promise<boolean> {
  if (!existsSync(file)) return false; // in a quarter of the time that the error takes
  try {
    closeFile(openFile(file, "r"));
  } catch (error) {
    if (isPersistError(error, "PERSIST_NOT_FOUND")) return false;
    throw error;
  }
  await io(file, copyFile(file, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL));
  return true;
}

/** Records with numbers in the order of this machine: HDF5 would tell others apart, and so would its readers. */
function littleEndian(records: RecordArray): RecordArray {
  const isTurned = ({ bigEndian, fields = [] }: RecordField): boolean => bigEndian || fields.some(isTurned);
  if (!records.fields.some(isTurned)) return records;
  const columns = records.fields.map(({ name }) => {
    const field = records.field(name);
    return [name, field instanceof RecordArray ? littleEndian(field) : field] as const;
  });
  return RecordArray.from(Object.fromEntries(columns), records.shape.length);
}

function fieldsToCreate(fields: readonly RecordField[]): FieldToCreate[] {
  return fields.map(({ name, dtype, shape, offset_bytes: offset, fields: within }) => {
    const field = { name, descr: lookUp(dtype).descr, shape, offset };
    return within === undefined ? field : { ...field, fields: fieldsToCreate(within) };
  });
}
