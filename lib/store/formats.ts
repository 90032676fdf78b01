// The one table of the formats of array files, and how a path finds its format.
import type { ArrayFormat } from "./array-format.ts";
import { parseArrayPath, type ArrayFileKind, type PathOptions } from "./array-path.ts";
import { hdf5Format } from "./hdf5-format.ts";
import { npyFormat } from "./npy-format.ts";
import { npzFormat } from "./npz-format.ts";

const formats: Readonly<Record<ArrayFileKind, ArrayFormat>> = {
  npy: npyFormat,
  npz: npzFormat,
  hdf5: hdf5Format,
};

/** A file of arrays, and what reads and writes it. */
export interface ArrayFileAt {
  readonly file: string;
  readonly format: ArrayFormat;
}

/** One array in a file. */
export interface ArrayAt extends ArrayFileAt {
  /** Empty in an npy file. */
  readonly name: string;
}

/**
 * The file that a path names, whether or not a name of an array follows.
 * @throws PersistError PERSIST_UNSUPPORTED for a file of no known format; TypeError as `parseArrayPath`.
 */
export function fileAt(
  path: string | URL,
  options: PathOptions,
): ArrayFileAt & { readonly name: string | undefined } {
  const { file, kind, name } = parseArrayPath(path, options);
  const format = formats[kind];
  if (kind === "npy") return { file, format, name: "" };
  return { file, format, name: name === undefined ? undefined : nameIn(kind, name) };
}

/** A name as the format takes it: every path in an HDF5 file begins at its root, said or not. */
function nameIn(kind: ArrayFileKind, name: string): string {
  return kind === "hdf5" ? name.replace(/^\/+(?=.)/u, "") : name;
}

/**
 * The file of many arrays that a path names, and what arrays in it are called.
 * @throws PersistError PERSIST_UNSUPPORTED for a file of no known format.
 * @throws TypeError for an npy file, and for the path of one array.
 */
export function fileOfMany(
  path: string | URL,
  options: PathOptions,
): ArrayFileAt & { nameIn(name: string): string } {
  const { file, kind, name } = parseArrayPath(path, options);
  if (kind === "npy") throw new TypeError(`${file}: an npy file holds one array`);
  if (name !== undefined) throw new TypeError(`the path of a file is expected, without #${name}`);
  return {
    file,
    format: formats[kind],
    nameIn(given) {
      if (given === "") throw new TypeError(`${file}: the name of an array is empty`);
      return nameIn(kind, given);
    },
  };
}

/**
 * The array that a path names.
 * @throws PersistError PERSIST_UNSUPPORTED for a file of no known format.
 * @throws TypeError when the path names a file of many arrays and no array in it.
 */
export function arrayAt(path: string | URL, options: PathOptions): ArrayAt {
  const { file, format, name } = fileAt(path, options);
  if (name === undefined)
    throw new TypeError(`${file} holds many arrays: add # and the name of one, as in "${file}#name"`);
  return { file, format, name };
}
