// Proves what can be proved of a file of arrays: that each is as long as it claims, and has the checksum that the file says.
import { fstatSync } from "node:fs";
import { problemOf, type Problem, type Verification } from "../archive/verification.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { native } from "../native.ts";
import type { ArrayInfo } from "../store/array-format.ts";
import type { ArrayFileKind } from "../store/array-path.ts";
import { openArray } from "../store/create-array.ts";
import { readNpyHeader } from "../store/npy-file.ts";
import { findNpzArray } from "../store/npz-file.ts";
import { closeFile, openFile } from "../store/open-file.ts";
import { listArrays, readArray } from "../store/read-array.ts";

/** Options of {@link verifyArrayFile}. */
export interface ArrayFileOptions {
  readonly untrusted: boolean;
  readonly signal?: AbortSignal;
}

/**
 * npy: the header, and the length of the file. npz: the CRC-32 of every entry. HDF5: every chunk inflates to its size, and has the checksum of its own, if any.
 * Arrays that this library cannot hold are no problem.
 */
export async function verifyArrayFile(
  file: string,
  kind: ArrayFileKind,
  options: ArrayFileOptions,
): Promise<Verification> {
  const problems: Problem[] = [];
  const look = async (check: () => Promise<void>): Promise<void> => {
    try {
      options.signal?.throwIfAborted();
      await check();
    } catch (error) {
      if (!isPersistError(error)) throw error;
      if (error.code !== "PERSIST_UNSUPPORTED") problems.push(problemOf(error, file));
    }
  };
  let bytes = 0;
  await look(async () => {
    bytes = sizeOf(file);
    if (kind === "npy") return checkNpy(file);
    for (const info of await listArrays(file, options))
      await look(() => (kind === "npz" ? checkEntry(file, info) : checkDataset(file, info, options)));
  });
  return { ok: problems.length === 0, problems, checked: { files: 1, bytes } };
}

function sizeOf(file: string): number {
  const fd = openFile(file, "r");
  try {
    return fstatSync(fd).size;
  } finally {
    closeFile(fd);
  }
}

function checkNpy(file: string): void {
  const fd = openFile(file, "r");
  try {
    const { offset_bytes, size_bytes } = readNpyHeader(fd, file);
    const more = fstatSync(fd).size - offset_bytes - size_bytes;
    if (more > 0)
      throw new PersistError("PERSIST_CORRUPT", `${file} has ${more} bytes behind its array`, { file });
  } finally {
    closeFile(fd);
  }
}

async function checkEntry(
  file: string,
  { name, problem, mappable, size_bytes, stored_bytes }: ArrayInfo,
): Promise<void> {
  if (problem !== undefined) throw problem;
  if (!mappable && stored_bytes !== size_bytes) {
    await readArray(`${file}#${name}`); // compares the checksum
    return;
  }
  const fd = openFile(file, "r");
  try {
    const { extent, packing, member } = findNpzArray(fd, file, name);
    const offset = extent.offset_bytes - packing.head.length;
    const [crc] = await native().checksumRanges(file, [{ offset, size_bytes: member.size_bytes }], undefined);
    if (packing.deflated === undefined && crc !== packing.crc)
      throw new PersistError("PERSIST_CORRUPT", `the CRC-32 of ${file}#${name} is not the one in its entry`, {
        file,
      });
  } finally {
    closeFile(fd);
  }
}

async function checkDataset(file: string, info: ArrayInfo, options: ArrayFileOptions): Promise<void> {
  const { name, problem, mappable, shape } = info;
  if (problem !== undefined) throw problem;
  if (mappable) return; // it was seen to lie within the file, and has no checksum
  const path = `${file}#${name}`;
  if (options.untrusted || shape.length === 0) {
    await readArray(path, options);
    return;
  }
  const array = await openArray(path);
  try {
    for await (const block of array.blocks()) void block;
  } finally {
    await array.close();
  }
}
