// Hands the arrays of a plan to an array store, and gives back the rows of the array table.

import type { ArrayRow } from "../emit/javascript.ts";
import type { ArraySlot } from "../graph/plan.ts";
import { hdf5Store } from "../store/hdf5-store.ts";
import { npyStore } from "../store/npy-store.ts";
import type { ArrayStore, FileHead, StoredArrays, WriteOptions } from "../store/store.ts";
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
    slots.map(({ name, array: { dtype, shape, length, data } }) => ({
      name,
      dtype,
      shape: shape ?? [length],
      bytes: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    })),
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
