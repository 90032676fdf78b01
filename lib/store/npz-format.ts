// npz files: zip archives of npy files. Arrays are read where they lie, stored or deflated; stored ones can be mapped.
import { unlink } from "node:fs/promises";
import { createFile } from "../disk/new-file.ts";
import { PersistError, isPersistError } from "../errors.ts";
import type { NDArray } from "../ndarray.ts";
import { Turn } from "../turn.ts";
import { afterOthers } from "./after-others.ts";
import type { ArrayFormat, ArrayInfo, NamedArray, ReadOptions, WriteArrayJob } from "./array-format.ts";
import { whileSummed, type Summed } from "./checksum.ts";
import { mapExtent, type MapMode } from "./extent.ts";
import { mappedArray, type MappedArray } from "./mapped-array.ts";
import { infoOf } from "./npy-format.ts";
import { descrOfArray, npyHeaders } from "./npy-header.ts";
import { ENDING, directoryOf, findNpzArray, isFolder, membersBut } from "./npz-file.ts";
import { readNpz } from "./npz-read.ts";
import { fillNpz, type NpzArrays } from "./npz-writer.ts";
import { closeFile, openFile } from "./open-file.ts";
import { allPresentBytes, presence } from "./present-bytes.ts";
import { readElements } from "./read-elements.ts";
import { replaceByRename } from "./replace-by-rename.ts";

export const npzFormat: ArrayFormat = {
  lacks: {
    create: "npz files are written whole, because a zip entry's size and checksum stand before it",
    open: "npz files hold checksums of their arrays, which cannot change a part at a time",
  },
  list,
  read,
  readMany: readNpz,
  write,
  map,
};

const NOTHING = new Uint8Array(0);

async function list(
  file: string,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<ArrayInfo[]> {
  const fd = openFile(file, "r");
  try {
    const out: ArrayInfo[] = [];
    const turn = new Turn();
    for (const entry of directoryOf(fd, file).names()) {
      if (turn.isOver) await turn.pause();
      signal?.throwIfAborted();
      if (!isFolder(entry)) out.push(look(fd, file, entry));
    }
    return out;
  } finally {
    closeFile(fd);
  }
}

function look(fd: number, file: string, entry: string): ArrayInfo {
  const name = entry.endsWith(ENDING) ? entry.slice(0, -ENDING.length) : entry;
  try {
    if (name === entry)
      throw new PersistError("PERSIST_FORMAT", `${JSON.stringify(entry)} in ${file} is no npy file`, {
        file,
      });
    const { extent, packing, member } = findNpzArray(fd, file, name);
    const info = infoOf(name, extent);
    return packing.deflated === undefined
      ? info
      : { ...info, stored_bytes: member.stored_bytes, mappable: false };
  } catch (problem) {
    if (!(problem instanceof PersistError) || problem.code === "PERSIST_IO") throw problem;
    return { name, dtype: "", shape: [], size_bytes: 0, stored_bytes: 0, mappable: false, problem };
  }
}

async function read(file: string, name: string, options: ReadOptions): Promise<NDArray> {
  const { selection } = options;
  const fd = openFile(file, "r");
  try {
    const { extent, packing } = findNpzArray(fd, file, name);
    if (options.map && packing.deflated === undefined) {
      const mapped = mappedArray(mapExtent(fd, extent, "c", file));
      return selection === undefined ? mapped : mapped.slice(selection);
    }
    return await readElements(fd, extent, packing, selection, file, options);
  } finally {
    closeFile(fd);
  }
}

function map(file: string, name: string, mode: MapMode): MappedArray {
  const refuse = (why: string): PersistError =>
    new PersistError("PERSIST_UNSUPPORTED", `${file}#${name} cannot be mapped${why}`, { file });
  if (mode === "r+") throw refuse(" for writing: zip files hold checksums of their content");
  const fd = openFile(file, "r");
  try {
    const { extent, packing } = findNpzArray(fd, file, name);
    if (packing.deflated !== undefined) throw refuse(": it is compressed; readArray reads it");
    return mappedArray(mapExtent(fd, extent, mode, file));
  } finally {
    closeFile(fd);
  }
}

async function write(
  file: string,
  arrays: readonly NamedArray[],
  job: WriteArrayJob,
): Promise<readonly Summed[]> {
  const refuse = (what: string): PersistError =>
    new PersistError("PERSIST_UNSUPPORTED", `${file}: npz files ${what}`, { file });
  if (job.attributes !== undefined) throw refuse("cannot hold attributes: HDF5 files can");
  if (job.level > 1) throw refuse("are compressed at one level, true");
  const headOf = npyHeaders();
  const heads = arrays.map(({ array }) => headOf(descrOfArray(array), array.shape));
  const views = await allPresentBytes(
    arrays.map(({ array }) => array),
    file,
  );
  const entries = { names: arrays.map(({ name }) => name + ENDING), heads, data: views };
  const checkPresent = presence(views, file);
  return afterOthers(file, () => replace(file, entries, { ...job, checkPresent }));
}

/** Writes the file anew, with the entries and all others. */
async function replace(
  file: string,
  entries: NpzArrays,
  job: WriteArrayJob & { readonly checkPresent: () => void },
): Promise<readonly Summed[]> {
  const fd = openExisting(file);
  try {
    const kept = fd === undefined ? undefined : membersBut(fd, file, new Set(entries.names));
    return await replaceByRename(file, job, async (temporary) => {
      await createFile(temporary, NOTHING, "process");
      try {
        return await whileSummed(entries.data, file, job, async () => {
          await fillNpz(temporary, entries, kept, { ...job, compress: job.level > 0 });
        });
      } catch (error) {
        await unlink(temporary).catch(() => {});
        throw error;
      }
    });
  } finally {
    if (fd !== undefined) closeFile(fd);
  }
}

/** The file of which the other arrays are kept; undefined when there is none yet. */
function openExisting(file: string): number | undefined {
  try {
    return openFile(file, "r");
  } catch (error) {
    if (isPersistError(error, "PERSIST_NOT_FOUND")) return undefined;
    throw error;
  }
}
