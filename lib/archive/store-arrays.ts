// Hands the arrays of a plan to an array store, and gives back the rows of the array table.

import type { ArrayRow } from "../emit/javascript.ts";
import { dtype as dtypeNamed } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import type { ArraySlot } from "../graph/plan.ts";
import { sizeOf } from "../ndarray.ts";
import { hdf5Store } from "../store/hdf5-store.ts";
import { npyStore } from "../store/npy-store.ts";
import { npzStore } from "../store/npz-store.ts";
import { whileSummed } from "../store/checksum.ts";
import type { ArrayStore, ArrayToStore, FileHead, StoredArrays, WriteOptions } from "../store/store.ts";
import type { Layout } from "./layout.ts";

export type ArrayFormat = "npy" | "npz" | "hdf5";

const stores: Record<ArrayFormat, ArrayStore> = { npy: npyStore, npz: npzStore, hdf5: hdf5Store };

export const ARRAY_FORMATS: readonly string[] = Object.keys(stores);

/** So many small arrays share one file, so that 10^5 little arrays are not 10^5 files. */
const MANY = 100;
const SMALL_BYTES = 64 * 1024;

export interface StoredTable {
  readonly rows: Record<string, ArrayRow>;
  readonly heads: Readonly<Record<string, FileHead>>;
  /** The checksum of each array, where they were asked for. */
  readonly sums: Readonly<Record<string, string>>;
}

/** Writes the arrays; undefined when there are none. Files are added to `written` as soon as they are there. */
export async function storeArrays(
  slots: readonly ArraySlot[],
  layout: Layout,
  options: WriteOptions & { readonly format: ArrayFormat; readonly checksum?: boolean },
  written: StoredArrays["files"][number][],
): Promise<StoredTable | undefined> {
  if (slots.length === 0) return undefined;
  const { checksum = false } = options;
  const parts: StoredArrays[] = [];
  const sums: Record<string, string> = {};
  for (const [format, group] of groups(slots, options.format)) {
    const { directory, arrays: prefix } = layout;
    const arrays = group.map(toStore);
    const memory = arrays.map(({ bytes }) => bytes);
    const summed = await whileSummed(memory, directory, { checksum }, async () => {
      const part = await stores[format].write(directory, prefix, arrays, options);
      written.push(...part.files);
      parts.push(part);
    });
    for (const [k, sum] of summed.entries()) sums[arrays[k]!.name] = sum!;
  }
  const stored = Object.assign({}, ...parts.map((part) => part.rows)) as StoredArrays["rows"];
  const rows: Record<string, ArrayRow> = {};
  for (const { name, array } of slots) {
    const [file, descr, shape, ...place] = stored[name]!;
    // a typed array is told from a 1-dimensional one by its length in place of a shape
    const extent = array.shape === undefined ? array.length : shape;
    rows[name] = [file, descr, extent, ...place];
  }
  const heads = Object.assign({}, ...parts.map((part) => part.heads)) as StoredArrays["heads"];
  return { rows, heads, sums };
}

/** Whether a row is what an array would get in a file of its own, up to the file's name. */
export function isStoredAs({ array }: ArraySlot, [, descr, extent, offset_bytes]: ArrayRow): boolean {
  const own = array.shape ?? array.length;
  return (
    offset_bytes === undefined &&
    descr === dtypeNamed(array.dtype).descr &&
    JSON.stringify(extent) === JSON.stringify(own)
  );
}

/** A file for each array, but one for all small ones where there are many of them. */
function groups(slots: readonly ArraySlot[], format: ArrayFormat): [ArrayFormat, readonly ArraySlot[]][] {
  const isSmall = ({ array }: ArraySlot): boolean => array.data.byteLength < SMALL_BYTES;
  const small = format === "npy" ? slots.filter(isSmall) : [];
  if (small.length <= MANY) return [[format, slots]];
  const large = slots.filter((slot) => !isSmall(slot));
  return large.length === 0
    ? [["npz", small]]
    : [
        ["npz", small],
        ["npy", large],
      ];
}

/** The memory of an array. It is the caller's own, who may have given it away since the plan was made. */
function toStore({ name, array }: ArraySlot): ArrayToStore {
  const { dtype, data, shape = [array.length] } = array;
  if (data.byteLength !== sizeOf(shape) * dtypeNamed(dtype).itemsize_bytes) {
    throw new PersistError(
      "PERSIST_DETACHED",
      `the buffer of the array ${name} was detached or shrunk before it was written`,
    );
  }
  return {
    name,
    dtype,
    shape,
    bytes: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}
