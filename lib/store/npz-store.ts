// The npz store: all arrays in one zip file, stored as they are, so that NumPy reads them by name and anyone can map them.
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "../disk/sync.ts";
import { native } from "../native.ts";
import { headOfFile } from "./file-head.ts";
import { runJob } from "./job.ts";
import { npyHeader } from "./npy-header.ts";
import { checked, checkPresent, makePlace } from "./place.ts";
import type { ArrayStore, ArrayToStore, StoredArrays, TableRow, WriteOptions } from "./store.ts";
import { centralDirectory, localHeader, placeEntries } from "./zip-records.ts";

/** npy headers are a multiple of this long, so the data begin at one too. */
const ALIGNMENT_BYTES = 64;
const NOTHING = new Uint8Array(0);

/**
 * Writes all arrays into `arrays.npz` after the prefix, each as an entry `name.npy`:
 *
 *  1. Create the file under a free name.
 *  2. Write the npy headers and the data to their places.
 *  3. Sum up what is now in the file: zip wants a CRC-32 of each entry.
 *  4. Write the zip records around the entries, and sync.
 */
export const npzStore: ArrayStore = {
  async write(
    directory: string,
    prefix: string,
    arrays: readonly ArrayToStore[],
    options: WriteOptions,
  ): Promise<StoredArrays> {
    const heads = arrays.map((array) => npyHeader(checked(array).descr, array.shape));
    const entries = placeEntries(
      arrays.map(({ name, bytes }, k) => ({
        name: `${name}.npy`,
        size_bytes: heads[k]!.length + bytes.length,
      })),
      ALIGNMENT_BYTES,
    );
    const total_bytes = entries.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    const { into, folder, start } = await makePlace(directory, prefix);
    options.signal?.throwIfAborted();
    if (arrays.length === 0) return { rows: {}, heads: {}, files: [] };
    const [name] = native().writeFilesSync(into, [
      { stem: `${start}arrays`, extension: ".npz", head: NOTHING, data: NOTHING },
    ]);
    const path = join(into, name!);
    try {
      const content = arrays.flatMap(({ bytes }, k) => [
        { offset: entries[k]!.offset, data: heads[k]! },
        { offset: entries[k]!.offset + heads[k]!.length, data: bytes },
      ]);
      await runJob(options, "arrays", total_bytes, (control) => {
        checkPresent(arrays);
        return native().writeRanges(path, content, false, control);
      });
      const sums = await runJob({ signal: options.signal }, "checksums", total_bytes, (control) =>
        native().checksumRanges(path, entries, control),
      );
      const { offset, size_bytes } = entries.at(-1)!;
      const records = entries.map((entry, k) => ({
        offset: entry.header_offset,
        data: localHeader(entry, sums[k]!),
      }));
      records.push({ offset: offset + size_bytes, data: centralDirectory(entries, sums) });
      const durable = options.durability === "full";
      await native().writeRanges(path, records, durable, undefined);
      if (durable) await syncDirectory(into);
      const head = headOfFile(path);
      const rows: Record<string, TableRow> = Object.create(null) as Record<string, TableRow>;
      for (const [k, array] of arrays.entries()) {
        rows[array.name] = [folder + name!, checked(array).descr, array.shape, content[2 * k + 1]!.offset];
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
