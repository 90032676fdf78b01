// The HDF5 store: one file with a contiguous dataset for each array, whose place in the file the rows record, so that it
// can be read back without any HDF5 library.
import { access, unlink } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "../disk/sync.ts";
import { native } from "../native.ts";
import { headOfFile } from "./file-head.ts";
import { runJob } from "./job.ts";
import { checked, checkPresent, makePlace } from "./place.ts";
import type { ArrayStore, ArrayToStore, StoredArrays, TableRow, WriteOptions } from "./store.ts";

const MOST_NAMES = 1_000_000;

/**
 * Writes all arrays into `arrays.h5` after the prefix, each as a dataset of its name:
 *
 *  1. The HDF5 library creates the file with the datasets allocated and empty, and tells where each begins.
 *  2. The write engine puts the bytes there, and syncs.
 *  3. The head of the file is taken: it holds the root of all metadata.
 */
export const hdf5Store: ArrayStore = {
  async write(
    directory: string,
    prefix: string,
    arrays: readonly ArrayToStore[],
    options: WriteOptions,
  ): Promise<StoredArrays> {
    const datasets = arrays.map((array) => ({
      name: array.name,
      descr: checked(array).descr,
      shape: array.shape,
    }));
    const total_bytes = arrays.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    const { into, folder, start } = await makePlace(directory, prefix);
    options.signal?.throwIfAborted();
    if (arrays.length === 0) return { rows: {}, heads: {}, files: [] };
    const name = await freeName(into, start);
    const path = join(into, name);
    const offsets = await runJob({ signal: options.signal }, "create", 0, (control) =>
      native().createHdf5(path, datasets, false, control),
    );
    try {
      const ranges = arrays.map(({ bytes }, k) => ({ offset: offsets[k]!, data: bytes }));
      const durable = options.durability === "full";
      await runJob(options, "arrays", total_bytes, (control) => {
        checkPresent(arrays);
        return native().writeRanges(path, ranges, durable, control);
      });
      if (durable) await syncDirectory(into);
      const head = headOfFile(path);
      const rows: Record<string, TableRow> = Object.create(null) as Record<string, TableRow>;
      for (const [k, { name: array, descr, shape }] of datasets.entries()) {
        rows[array] = [folder + name, descr, shape, offsets[k]!];
      }
      return {
        rows,
        heads: { [folder + name]: head },
        files: [{ name: folder + name, size_bytes: head[0] }],
      };
    } catch (error) {
      await unlink(path).catch(() => {});
      throw error;
    }
  },
};

async function freeName(directory: string, start: string): Promise<string> {
  for (let number = 1; number < MOST_NAMES; number++) {
    const name = `${start}arrays${number === 1 ? "" : `-${number}`}.h5`;
    const taken = await access(join(directory, name)).then(
      () => true,
      () => false,
    );
    if (!taken) return name;
  }
  throw new RangeError(`no free name is left in ${directory}`);
}
