// readArray, mapArray and listArrays: what is in an array file.
import type { NDArray, Selection } from "../ndarray.ts";
import { PersistError } from "../errors.ts";
import { checkOneOf } from "../options.ts";
import type { ArrayInfo } from "./array-format.ts";
import type { PathOptions } from "./array-path.ts";
import { checkSum } from "./checksum.ts";
import type { MapMode } from "./extent.ts";
import { arrayAt, fileAt } from "./formats.ts";
import type { MappedArray } from "./mapped-array.ts";
import type { Progress } from "./store.ts";

/** Options of {@link readArray}. */
export interface ReadArrayOptions extends PathOptions {
  /** Read a part only; the result then holds that part and nothing else. */
  selection?: Selection;
  /** Map the file instead of copying from it, copy-on-write (false). What cannot be mapped is copied. */
  map?: boolean;
  /** Reads a file of many layers (HDF5) where it can do no harm, at some cost (false). npy and npz need no such care. */
  untrusted?: boolean;
  /** What {@link writeArray} has given: the array is read whole and compared with it, also where it is mapped. */
  checksum?: string;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Options of {@link mapArray}. */
export interface MapArrayOptions extends PathOptions {
  /** `c` (the default): what is stored into the array stays in memory. `r+`: it reaches the file. */
  mode?: MapMode;
}

/** Options of {@link listArrays}. */
export interface ListArraysOptions extends PathOptions {
  /** As for {@link readArray}. */
  untrusted?: boolean;
  signal?: AbortSignal;
}

/**
 * Reads an array: into fresh memory, on a worker; or with `map` as {@link mapArray} does. Big-endian numbers are turned
 * round; Fortran order shows in the stride.
 *
 * @param path `a.npy`, `a.npz#name` or `a.h5#/group/name`; a string or a file: URL.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_FORMAT, PERSIST_UNSUPPORTED (Python objects are never read),
 * PERSIST_TRUNCATED, PERSIST_CORRUPT (a checksum of the file, or the one given, is wrong), PERSIST_LIMIT, PERSIST_IO.
 */
export async function readArray(path: string | URL, options: ReadArrayOptions = {}): Promise<NDArray> {
  const { selection, map = false, untrusted = false, checksum, signal, onProgress } = options;
  const { file, format, name } = arrayAt(path, options);
  signal?.throwIfAborted();
  if (checksum !== undefined && selection !== undefined)
    throw new TypeError("checksum is that of a whole array, and selection asks for a part");
  const array = await format.read(file, name, { selection, map, untrusted, signal, onProgress });
  if (checksum !== undefined) await checkSum(array, checksum, file, name === "" ? file : `${file}#${name}`);
  return array;
}

/**
 * Maps an array, in constant time and synchronously. With mode `c` (the default) what is stored into the array stays in
 * memory; with `r+` it reaches the file. What cannot be used where it lies (big-endian, not aligned) is copied in mode `c`.
 *
 * The file must not be cut short while it is mapped: replace it (as {@link writeArray} does), never rewrite it in place.
 *
 * @param path as for {@link readArray}; npy, stored npz, and HDF5 datasets in one piece.
 * @throws PersistError as {@link readArray}, and PERSIST_UNSUPPORTED for what cannot be mapped in mode `r+`.
 */
export function mapArray(path: string | URL, options: MapArrayOptions = {}): MappedArray {
  const { mode = "c" } = options;
  checkOneOf("mode", mode, ["c", "r+"]);
  const { file, format, name } = arrayAt(path, options);
  if (format.map === undefined)
    throw new PersistError("PERSIST_UNSUPPORTED", `${file}: ${format.lacks.map ?? "not mapped"}`, { file });
  return format.map(file, name, mode);
}

/**
 * Lists the arrays of a file without reading their elements. An array that cannot be read is listed with its `problem`.
 *
 * @param path `a.npy`, `a.npz` or `a.h5`; a string or a file: URL. Of `a.npz#name` only the array of that name is listed.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_FORMAT, PERSIST_UNSUPPORTED, PERSIST_TRUNCATED, PERSIST_LIMIT, PERSIST_IO.
 */
export async function listArrays(path: string | URL, options: ListArraysOptions = {}): Promise<ArrayInfo[]> {
  const { untrusted = false, signal } = options;
  const { file, format, name } = fileAt(path, options);
  signal?.throwIfAborted();
  const all = await format.list(file, { untrusted, signal });
  if (name === undefined) return all;
  const found = all.filter((info) => info.name === name);
  if (found.length === 0)
    throw new PersistError("PERSIST_NOT_FOUND", `${file} has no array ${JSON.stringify(name)}`, { file });
  return found;
}
