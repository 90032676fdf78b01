// createArray and openArray: arrays that are filled or read a part at a time.
import { PersistError } from "../errors.ts";
import { MAX_DIMENSIONS } from "../ndarray.ts";
import { dtype as lookUp } from "../dtype.ts";
import { checkOneOf } from "../options.ts";
import { ArrayFile } from "./array-file.ts";
import type { OpenMode } from "./array-format.ts";
import type { PathOptions } from "./array-path.ts";
import { arrayAt } from "./formats.ts";
import { levelOf } from "./write-array.ts";

/** Options of {@link createArray}. */
export interface CreateArrayOptions extends PathOptions {
  /** NumPy's name of the element type: `float64`, `complex128`, `S10`. */
  dtype: string;
  /** Elements along each axis. A first extent of null begins at 0 and grows by `append`. */
  shape: readonly (number | null)[];
  /** HDF5: extents of a chunk, all 1 or more, less than 4 GiB (about 1 MiB in whole frames). With chunks an array of any shape can grow. */
  chunks?: readonly number[];
  /**
   * HDF5: gzip, true or a level from 1 to 9 (false). A chunk waits in memory until it is complete, and a `flush` before that leaves its older form in the
   * file as waste: few flushes, or small chunks.
   */
  compress?: boolean | number;
  /** Named values stored with the array, such as units: HDF5 only. */
  attributes?: Readonly<Record<string, unknown>>;
}

/**
 * Creates an array of zeros, to be filled by `write` and `append`. Nothing that exists is overwritten.
 *
 * @param path `a.npy` or `a.h5#/group/name`; a string or a file: URL. npz files are only written whole.
 * @throws PersistError PERSIST_EXISTS, PERSIST_UNSUPPORTED, PERSIST_NOT_FOUND (no such directory), PERSIST_IO.
 * @throws RangeError for an unknown dtype or an impossible shape.
 */
export async function createArray(path: string | URL, options: CreateArrayOptions): Promise<ArrayFile> {
  const { dtype, shape, chunks, compress = false, attributes } = options;
  const { file, format, name } = arrayAt(path, options);
  lookUp(dtype);
  const level = levelOf(compress);
  const isExtent = (extent: unknown): boolean => Number.isSafeInteger(extent) && (extent as number) >= 0;
  if (!Array.isArray(shape) || shape.length > MAX_DIMENSIONS)
    throw new RangeError(`a shape is a list of at most ${MAX_DIMENSIONS} extents`);
  if (!shape.every((extent, axis) => isExtent(extent) || (extent === null && axis === 0)))
    throw new RangeError(
      "a shape holds integers of 0 or more; the first may be null: arrays grow along axis 0",
    );
  if (format.create === undefined) throw unsupported(file, format.lacks.create);
  return new ArrayFile(
    file,
    await format.create(file, name, { dtype, shape, chunks, level, attributes }),
    "r+",
  );
}

/** Options of {@link openArray}. */
export interface OpenArrayOptions extends PathOptions {
  /** `r` (the default), or `r+`: with `write` and `append`. */
  mode?: OpenMode;
}

/**
 * Opens an array to read or write a part at a time.
 *
 * @param path as for {@link createArray}.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_FORMAT, PERSIST_UNSUPPORTED, PERSIST_TRUNCATED, PERSIST_LIMIT, PERSIST_IO.
 */
export async function openArray(path: string | URL, options: OpenArrayOptions = {}): Promise<ArrayFile> {
  const { mode = "r" } = options;
  checkOneOf("mode", mode, ["r", "r+"]);
  const { file, format, name } = arrayAt(path, options);
  if (format.open === undefined) throw unsupported(file, format.lacks.open);
  return new ArrayFile(file, await format.open(file, name, mode), mode);
}

function unsupported(file: string, why: string | undefined): PersistError {
  return new PersistError("PERSIST_UNSUPPORTED", `${file}: ${why ?? "this format cannot do that"}`, { file });
}
