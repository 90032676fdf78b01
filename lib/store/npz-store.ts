// The npz store: all arrays in one zip file, stored as they are, so that NumPy reads them by name and anyone can map them.
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "../disk/sync.ts";
import { native } from "../native.ts";
import { headOfFile } from "./file-head.ts";
import { npyHeaders } from "./npy-header.ts";
import { ENDING } from "./npz-file.ts";
import { fillNpz } from "./npz-writer.ts";
import { checked, checkPresent, makePlace } from "./place.ts";
import type { ArrayStore, ArrayToStore, StoredArrays, TableRow, WriteOptions } from "./store.ts";

const NOTHING = new Uint8Array(0);

/** Writes all arrays into `arrays.npz` after the prefix, each as an entry `name.npy`, under a name that was free. */
export const npzStore: ArrayStore = {
  async write(
    directory: string,
    prefix: string,
    arrays: readonly ArrayToStore[],
    options: WriteOptions,
  ): Promise<StoredArrays> {
    const headOf = npyHeaders();
    const heads = arrays.map((array) => headOf(checked(array).descr, array.shape));
    const { into, folder, start } = await makePlace(directory, prefix);
    options.signal?.throwIfAborted();
    if (arrays.length === 0) return { rows: {}, heads: {}, files: [] };
    const [name] = native().writeFilesSync(into, [
      { stem: `${start}arrays`, extension: ".npz", head: NOTHING, data: NOTHING },
    ]);
    const path = join(into, name!);
    try {
      const content = {
        names: arrays.map(({ name: stem }) => stem + ENDING),
        heads,
        data: arrays.map(({ bytes }) => bytes),
      };
      const compress = options.compress === true;
      const places = await fillNpz(path, content, undefined, {
        ...options,
        compress,
        checkPresent: () => checkPresent(arrays),
      });
      const durable = options.durability === "full";
      if (durable) await syncDirectory(into);
      const head = headOfFile(path);
      const rows: Record<string, TableRow> = Object.create(null) as Record<string, TableRow>;
      for (const [k, array] of arrays.entries()) {
        const [offset, stored_bytes] = places.subarray(2 * k) as unknown as [number, number];
        // a deflated entry is taken whole, a stored one behind its npy header
        const place = compress ? [offset, stored_bytes] : [offset + heads[k]!.length];
        rows[array.name] = [
          folder + name!,
          checked(array).descr,
          array.shape,
          ...place,
        ] as unknown as TableRow;
      }
      return {
        rows,
        heads: { [folder + name!]: head },
        files: [{ name: folder + name!, size_bytes: head[0] }],
      };
    } catch (error) {
      await unlink(path).catch(() => {});
      throw error;
    }
  },
};
