// Hands the arrays of a plan to an array store, and gives back the rows of the array table.

import type { ArrayRow } from "../emit/javascript.ts";
import { dtype as dtypeNamed } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import type { ArraySlot } from "../graph/plan.ts";
import { sizeOf } from "../ndarray.ts";
import { hdf5Store } from "../store/hdf5-store.ts";
import { npyStore } from "../store/npy-store.ts";
import type { ArrayStore, ArrayToStore, FileHead, StoredArrays, WriteOptions } from "../store/store.ts";
import type { Layout } from "./layout.ts";

const stores: Record<"npy" | "hdf5", ArrayStore> = { npy: npyStore, hdf5: hdf5Store };

export interface StoredTable {
  readonly rows: Record<string, ArrayRow>;
  readonly heads: Readonly<Record<string, FileHead>>;
  readonly files: StoredArrays["files"];
}

/** Writes the arrays; undefined when there are none. */
export async function storeArrays(
  slots: readonly ArraySlot[],
  layout: Layout,
  options: WriteOptions & { readonly format: "npy" | "hdf5" },
): Promise<StoredTable | undefined> {
  if (slots.length === 0) return undefined;
  const stored = await stores[options.format].write(
    layout.directory,
    layout.arrays,
    slots.map(toStore),
    options,
  );
  const rows: Record<string, ArrayRow> = {};
  for (const { name, array } of slots) {
    const [file, descr, shape, offset_bytes] = stored.rows[name]!;
    // a typed array is told from a 1-dimensional one by its length in place of a shape
    const extent = array.shape === undefined ? array.length : shape;
    rows[name] = offset_bytes === undefined ? [file, descr, extent] : [file, descr, extent, offset_bytes];
  }
  return { rows, heads: stored.heads, files: stored.files };
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
