// The npy store: one file per array, which NumPy and everyone else can read.
import { native } from "../native.ts";
import { runJob } from "./job.ts";
import { npyHeader } from "./npy-header.ts";
import { checked, checkPresent, makePlace } from "./place.ts";
import type { ArrayStore, ArrayToStore, StoredArrays, TableRow, WriteOptions } from "./store.ts";

/** Writes each array into a file of its own, `name.npy` after the prefix. */
export const npyStore: ArrayStore = {
  async write(
    directory: string,
    prefix: string,
    arrays: readonly ArrayToStore[],
    options: WriteOptions,
  ): Promise<StoredArrays> {
    const heads = arrays.map((array) => npyHeader(checked(array).descr, array.shape));
    const { into, folder, start } = await makePlace(directory, prefix);
    const files = arrays.map((array, k) => ({
      stem: start + array.name,
      extension: ".npy",
      head: heads[k]!,
      data: array.bytes,
    }));
    const sizes = files.map(({ head, data }) => head.byteLength + data.byteLength);
    const total_bytes = sizes.reduce((sum, size) => sum + size, 0);
    const names = await runJob(options, "arrays", total_bytes, (control) => {
      checkPresent(arrays);
      const { durability, uncached = false } = options;
      return native().writeFiles(into, files, durability === "full", uncached, control);
    });
    const rows: Record<string, TableRow> = Object.create(null) as Record<string, TableRow>;
    for (const [k, array] of arrays.entries()) {
      rows[array.name] = [folder + names[k]!, checked(array).descr, array.shape];
    }
    return {
      rows,
      heads: {},
      files: names.map((name, k) => ({ name: folder + name, size_bytes: sizes[k]! })),
    };
  },
};
