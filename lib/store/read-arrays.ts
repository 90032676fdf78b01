// readArrays: all arrays of a file, or some of them.
import type { NDArray } from "../ndarray.ts";
import { fileOfMany } from "./formats.ts";
import type { ReadArrayOptions } from "./read-array.ts";

/** Options of {@link readArrays}. */
export interface ReadArraysOptions extends Pick<
  ReadArrayOptions,
  "map" | "untrusted" | "signal" | "onProgress" | "format"
> {
  /** Reads these arrays and no others. */
  only?: readonly string[];
}

/**
 * Reads the arrays of an npz or HDF5 file, each as {@link readArray} does, in fewer calls of the system.
 *
 * @param path `a.npz` or `a.h5`; a string or a file: URL.
 * @returns a null-prototype object of the arrays by their names, in the order of `only` or of the file
 * @throws as {@link readArray}, for the first array that cannot be read: with `only` it can be left out. TypeError for an npy file.
 */
export async function readArrays(
  path: string | URL,
  options: ReadArraysOptions = {},
): Promise<Record<string, NDArray>> {
  const { only, map = false, untrusted = false, signal, onProgress } = options;
  const { file, format, nameIn } = fileOfMany(path, options);
  const wanted = only?.map((name) => nameIn(name));
  signal?.throwIfAborted();
  const { names, arrays } = await format.readMany!(file, wanted, {
    selection: undefined,
    map,
    untrusted,
    signal,
    onProgress,
  });
  const out: Record<string, NDArray> = Object.create(null) as Record<string, NDArray>;
  for (let k = 0; k < arrays.length; k++) out[only?.[k] ?? names[k]!] = arrays[k]!;
  return out;
}
