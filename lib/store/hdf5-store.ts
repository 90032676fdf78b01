// The HDF5 store: one file with a contiguous dataset for each array, whose place in the file the rows record, so that it
// can be read back without any HDF5 library.
import { access, unlink } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "../disk/sync.ts";
import { native } from "../native.ts";
import { headOfFile } from "./file-head.ts";
import { packWhole } from "./hdf5-packed.ts";
import { runJob } from "./job.ts";
import { checked, checkPresent, makePlace } from "./place.ts";
import type { ArrayStore, ArrayToStore, StoredArrays, TableRow, WriteOptions } from "./store.ts";

const MOST_NAMES = 1_000_000;

/** HDF5 counts the bytes of a chunk in 32 bits. */
const LARGEST_CHUNK_BYTES = 2 ** 32 - 1;

/**
 * Writes all arrays into `arrays.h5` after the prefix, each as a dataset of its name:
 *
 *  1. The HDF5 library creates the file with the datasets allocated and empty, and tells where each begins.
 *  2. The write engine puts the bytes there, and syncs. Compressed arrays are one chunk each, so that a reader without the
 *     library has one stream to inflate; they go behind the end of the file.
 *  3. The head of the file is taken: it holds the root of all metadata.
 */
export const hdf5Store: ArrayStore = {
  async write(
    directory: string,
    prefix: string,
    arrays: readonly ArrayToStore[],
    options: WriteOptions,
  ): Promise<StoredArrays> {
    const isPacked = ({ shape, bytes: { byteLength } }: ArrayToStore): boolean =>
      options.compress === true && shape.length > 0 && byteLength > 0 && byteLength <= LARGEST_CHUNK_BYTES;
    const datasets = arrays.map((array) => ({
      name: array.name,
      descr: checked(array).descr,
      shape: array.shape,
      ...(isPacked(array)
        ? { chunks: { extents: array.shape, grows: false, level: 1, shuffle: false } }
        : {}),
    }));
    const { into, folder, start } = await makePlace(directory, prefix);
    options.signal?.throwIfAborted();
    if (arrays.length === 0) return { rows: {}, heads: {}, files: [] };
    const name = await freeName(into, start);
    const path = join(into, name);
    const offsets = await runJob({ signal: options.signal }, "create", 0, (control) =>
      native().createHdf5(path, datasets, false, control),
    );
    try {
      const all = arrays.map((array, k) => ({ array, place: offsets[k]! }));
      const whole = all.filter(({ array }) => !isPacked(array));
      const packed = all.filter(({ array }) => isPacked(array));
      const durable = options.durability === "full";
      const streams = packed.length === 0 ? [] : await packWhole(path, packed, options);
      const total_bytes = whole.reduce((sum, { array }) => sum + array.bytes.byteLength, 0);
      const ranges = whole.map(({ array: { bytes }, place }) => ({ offset: place, data: bytes }));
      await runJob(options, "arrays", total_bytes, (control) => {
        checkPresent(arrays);
        return native().writeRanges(path, ranges, durable, control);
      });
      if (durable) await syncDirectory(into);
      const head = headOfFile(path);
      const rows: Record<string, TableRow> = Object.create(null) as Record<string, TableRow>;
      for (const [k, { name: array, descr, shape }] of datasets.entries()) {
        const stream = streams[packed.findIndex((one) => one.array === arrays[k])];
        const place = stream === undefined ? [offsets[k]!] : [stream.offset, stream.stored_bytes];
        rows[array] = [folder + name, descr, shape, ...place] as unknown as TableRow;
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
