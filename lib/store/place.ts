// What the stores share: checks of what they are given, and the directory that they write into.
import { join, resolve } from "node:path";
import { makeDirectories } from "../disk/directories.ts";
import { dtype, type DType } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { sizeOf } from "../ndarray.ts";
import type { ArrayToStore } from "./store.ts";

/**
 * The type of an array to store, after a check that it is what it claims: a programming error shows here, not in a file.
 * @throws TypeError, RangeError
 */
export function checked(array: ArrayToStore): DType {
  const { name, shape, bytes } = array;
  if (name === "" || name.includes("/") || name.includes("\0") || name === "." || name === "..") {
    throw new TypeError(`${JSON.stringify(name)} cannot be the name of an array file`);
  }
  const type = dtype(array.dtype);
  const size_bytes = sizeOf(shape) * type.itemsize_bytes;
  if (bytes.byteLength !== size_bytes) {
    throw new RangeError(
      `array ${name}: ${size_bytes} bytes are expected for ${type.name} of shape [${shape.join(", ")}], not ${bytes.byteLength}`,
    );
  }
  return type;
}

/** Where the files of one write go. */
export interface Place {
  /** The path of the directory. */
  readonly into: string;
  /** The directory as rows name it: nothing, or ending with `/`. */
  readonly folder: string;
  /** How the name of each file begins. */
  readonly start: string;
}

/** Takes a prefix apart, such as `_arrays/` or `x_1~k3f9.`, and creates its directory where it is missing. */
export async function makePlace(directory: string, prefix: string): Promise<Place> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const into = folder === "" ? directory : join(directory, folder.slice(0, -1));
  if (folder !== "") await makeDirectories(resolve(into), "process");
  return { into, folder, start: prefix.slice(folder.length) };
}

/**
 * Looks once more, right before the addon takes the memory of the arrays: since they were checked the caller may have
 * transferred or resized a buffer.
 * @throws PersistError PERSIST_DETACHED
 */
export function checkPresent(arrays: readonly ArrayToStore[]): void {
  for (const { name, dtype: type, shape, bytes } of arrays) {
    if (bytes.byteLength !== sizeOf(shape) * dtype(type).itemsize_bytes) {
      throw new PersistError(
        "PERSIST_DETACHED",
        `the buffer of array ${name} was detached or resized before it was written`,
      );
    }
  }
}
