// Writes an array into an HDF5 file, whole and atomically, keeping what else the file holds.
import { constants } from "node:fs";
import { copyFile, unlink } from "node:fs/promises";
import { io } from "../disk/io-error.ts";
import { dtype as lookUp } from "../dtype.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { native, type FieldToCreate } from "../native.ts";
import type { NDArray } from "../ndarray.ts";
import { afterOthers } from "./after-others.ts";
import type { WriteArrayJob } from "./array-format.ts";
import { whileSummed, type Summed } from "./checksum.ts";
import { chunkShape } from "./chunk-shape.ts";
import { checkNotOpen, growingAt } from "./hdf5-growing.ts";
import { attributesToWrite } from "./hdf5-new-attributes.ts";
import { packInto } from "./hdf5-packed.ts";
import { runJob } from "./job.ts";
import { closeFile, openFile } from "./open-file.ts";
import { presentBytes } from "./present-bytes.ts";
import { RecordArray, type RecordField } from "./record-array.ts";
import { replaceByRename } from "./replace-by-rename.ts";

/**
 * Puts an array into a file, in the place of one of that name:
 *
 *  1. What exists is copied beside it (shared by the file system where it can).
 *  2. The library makes a dataset in the copy, in one piece or for compressed chunks, and tells where it lies.
 *  3. The write engine puts the bytes there, or compressed chunks behind the end, and with `full` durability syncs.
 *  4. The copy is renamed over the file.
 *
 * Writes of this process into one file follow each other; between processes the last rename wins.
 */
export async function writeDataset(
  file: string,
  name: string,
  given: NDArray,
  job: WriteArrayJob,
): Promise<Summed> {
  const array = given instanceof RecordArray ? littleEndian(given) : given;
  const fields = array instanceof RecordArray ? { fields: fieldsToCreate(array.fields) } : {};
  const { descr, itemsize_bytes: itemsize } = lookUp(array.dtype);
  const { shape } = array;
  const attributes = attributesToWrite(given, { ...given.attributes, ...job.attributes });
  const present = presentBytes(array, file);
  const data = present instanceof Uint8Array ? present : await present;
  const size_bytes = data.byteLength;
  const durable = job.durability === "full";
  // HDF5 has no chunks of what has no axes
  const isPacked = job.level > 0 && size_bytes > 0 && shape.length > 0;
  const toPack = { shape, chunks: chunkShape(shape, itemsize), itemsize, level: job.level, data };
  const checkPresent = (): void => {
    if (data.byteLength !== size_bytes)
      throw new PersistError("PERSIST_DETACHED", `the array was detached before ${file} was written`, {
        file,
      });
  };
  const write = async (temporary: string): Promise<Summed> => {
    job.signal?.throwIfAborted();
    try {
      checkPresent();
      const shuffle = isPacked && (await native().shuffleHelps(toPack, file));
      const chunks = isPacked
        ? { chunks: { extents: toPack.chunks, grows: false, level: job.level, shuffle } }
        : {};
      const dataset = { name, descr, shape, ...fields, ...attributes, ...chunks };
      const exists = await copyExisting(file, temporary);
      const [place] = await runJob({ signal: job.signal }, "create", 0, (control) =>
        native().createHdf5(temporary, [dataset], exists, control),
      );
      return await whileSummed(data, file, job, () =>
        isPacked
          ? packInto(temporary, place!, toPack, { ...job, shuffle, durable, checkPresent })
          : runJob(job, "write", size_bytes, (control) => {
              checkPresent();
              const ranges = size_bytes === 0 ? [] : [{ offset: place!, data }];
              return native().writeRanges(temporary, ranges, durable, control);
            }),
      );
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw error;
    }
  };
  return afterOthers(file, async () => {
    const growing = growingAt(file);
    checkNotOpen(growing, name);
    const replace = (): Promise<Summed> => replaceByRename(file, job, write);
    return growing === undefined ? replace() : growing.whileReplaced(replace);
  });
}

/** Whether there was a file to copy. */
export async function copyExisting(file: string, temporary: string): Promise<boolean> {
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
