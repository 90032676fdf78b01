// writeArrays: many arrays into one file, atomically.
import type { TypedArray } from "../dtype.ts";
import { asNDArray, type NDArrayFields } from "../ndarray.ts";
import { fileOfMany } from "./formats.ts";
import { jobOf, type WriteArrayOptions } from "./write-array.ts";

/** Options of {@link writeArrays}: those of {@link writeArray}, for each of the arrays. */
export type WriteArraysOptions = Omit<WriteArrayOptions, "attributes">;

/** Arrays by their names in a file. */
export type NamedArrays = Readonly<Record<string, TypedArray | NDArrayFields>>;

/**
 * Writes arrays into an npz or HDF5 file, each in the place of one of its name, keeping the others: what {@link writeArray} does for one. All are there at once, by one
 * rename, and thousands of small ones cost little more than their bytes.
 *
 * @param path `a.npz` or `a.h5`; a string or a file: URL. Names in an HDF5 file may be paths.
 * @param arrays from names to typed arrays or n-dimensional arrays, which must stay as they are until the promise resolves.
 * @returns with `checksum` the checksum of each array, by its name
 * @throws as {@link writeArray}; TypeError for an npy file, an empty name, and two names that mean the same
 */
export async function writeArrays(
  path: string | URL,
  arrays: NamedArrays,
  options: WriteArraysOptions & { checksum: true },
): Promise<Record<string, string>>;
export async function writeArrays(
  path: string | URL,
  arrays: NamedArrays,
  options?: WriteArraysOptions,
): Promise<void>;
export async function writeArrays(
  path: string | URL,
  arrays: NamedArrays,
  options: WriteArraysOptions = {},
): Promise<Record<string, string> | void> {
  const { file, format, nameIn } = fileOfMany(path, options);
  const job = { ...jobOf(options), attributes: undefined };
  const names = Object.keys(arrays);
  const named = names.map((name) => ({ name: nameIn(name), array: asNDArray(arrays[name]!) }));
  if (new Set(named.map(({ name }) => name)).size < named.length)
    throw new TypeError(`${file}: two names mean the same array`);
  job.signal?.throwIfAborted();
  const sums = await format.write(file, named, job);
  if (!job.checksum) return undefined;
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [k, name] of names.entries()) out[name] = sums[k]!;
  return out;
}
