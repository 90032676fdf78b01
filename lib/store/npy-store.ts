// The npy store: one file per array, which NumPy and everyone else can read.
import { native } from "../native.ts";
import { runJob } from "./job.ts";
import { npyHeader } from "./npy-header.ts";
import { checked, checkPresent, makeDirectory } from "./place.ts";
import type { ArrayStore, ArrayToStore, StoredArrays, TableRow, WriteOptions } from "./store.ts";

/** Writes each array into a file `prefix/name.npy`. */
export const npyStore: ArrayStore = {
  async write(
    directory: string,
    prefix: string,
    arrays: readonly ArrayToStore[],
    options: WriteOptions,
  ): Promise<StoredArrays> {
    const files = arrays.map((array) => ({
      stem: array.name,
      extension: ".npy",
      head: npyHeader(checked(array).descr, array.shape),
      data: array.bytes,
    }));
    const sizes = files.map(({ head, data }) => head.byteLength + data.byteLength);
    const total_bytes = sizes.reduce((sum, size) => sum + size, 0);
    const into = await makeDirectory(directory, prefix);
    const names = await runJob(options, "arrays", total_bytes, (control) => {
      checkPresent(arrays);
      return native().writeFiles(into, files, options.durability === "full", control);
    });
    const rows: Record<string, TableRow> = Object.create(null) as Record<string, TableRow>;
    for (const [k, array] of arrays.entries()) {
      rows[array.name] = [prefix + names[k]!, checked(array).descr, array.shape];
    }
    return {
      rows,
      heads: {},
      files: names.map((name, k) => ({ name: prefix + name, size_bytes: sizes[k]! })),
    };
  },
};
