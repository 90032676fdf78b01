// npz files: zip archives of npy files. Arrays are read where they lie, stored or deflated; stored ones can be mapped.
import { unlink } from "node:fs/promises";
import { createFile } from "../disk/new-file.ts";
import { PersistError, isPersistError } from "../errors.ts";
import type { NDArray } from "../ndarray.ts";
import { Turn } from "../turn.ts";
import { afterOthers } from "./after-others.ts";
import type { ArrayFormat, ArrayInfo, ReadOptions, WriteArrayJob } from "./array-format.ts";
import { whileSummed, type Summed } from "./checksum.ts";
import { mapExtent, type MapMode } from "./extent.ts";
import { mappedArray, type MappedArray } from "./mapped-array.ts";
import { infoOf } from "./npy-format.ts";
import { descrOfArray, npyHeader } from "./npy-header.ts";
import { ENDING, directoryOf, findNpzArray, membersBut } from "./npz-file.ts";
import { fillNpz, type NpzEntry } from "./npz-writer.ts";
import { closeFile, openFile } from "./open-file.ts";
import { presentBytes } from "./present-bytes.ts";
import { readElements } from "./read-elements.ts";
import { replaceByRename } from "./replace-by-rename.ts";

export const npzFormat: ArrayFormat = {
  lacks: {
    create: "npz files are written whole, because a zip entry's size and checksum stand before it",
    open: "npz files hold checksums of their arrays, which cannot change a part at a time",
  },
  list,
  read,
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
      out.push(look(fd, file, entry));
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

async function write(file: string, name: string, array: NDArray, job: WriteArrayJob): Promise<Summed> {
  if (job.attributes !== undefined)
    throw new PersistError(
      "PERSIST_UNSUPPORTED",
      `${file}: npz files cannot hold attributes: HDF5 files can`,
      {
        file,
      },
    );
  if (job.level > 1)
    throw new PersistError("PERSIST_UNSUPPORTED", `${file}: npz files are compressed at one level, true`, {
      file,
    });
  const present = presentBytes(array, file);
  const data = present instanceof Uint8Array ? present : await present;
  const entry = {
    name: name + ENDING,
    head: npyHeader(descrOfArray(array), array.shape),
    data,
  };
  const size_bytes = entry.data.byteLength;
  const checkPresent = (): void => {
    if (entry.data.byteLength !== size_bytes)
      throw new PersistError(
        "PERSIST_DETACHED",
        `the array was detached or resized before ${file} was written`,
        {
          file,
        },
      );
  };
  return afterOthers(file, () => replace(file, name, entry, { ...job, checkPresent }));
}

/** Writes the file anew, with the entry and all others. */
async function replace(
  file: string,
  name: string,
  entry: NpzEntry,
  job: WriteArrayJob & { readonly checkPresent: () => void },
): Promise<Summed> {
  const fd = openExisting(file);
  try {
    const kept = fd === undefined ? undefined : membersBut(fd, file, name);
    return await replaceByRename(file, job, async (temporary) => {
      await createFile(temporary, NOTHING, "process");
      try {
        return await whileSummed(entry.data, file, job, async () => {
          await fillNpz(temporary, [entry], kept, { ...job, compress: job.level > 0 });
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
