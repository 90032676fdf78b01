// Arrays in compressed chunks: written whole, at the end of a file that the HDF5 library has made.
import { native, type ArrayToPack } from "../native.ts";
import { ChunkIndex } from "./hdf5-index.ts";
import { findEnd, findPlaces, numberAt, numberBytes, readAt } from "./hdf5-places.ts";
import { runJob, type JobOptions } from "./job.ts";
import { closeFile, openFile } from "./open-file.ts";
import { checkPresent } from "./place.ts";
import type { ArrayToStore } from "./store.ts";
import type { FileRange } from "./synced-file.ts";

/** How to compress, and what to do then. */
export interface PackOptions extends JobOptions {
  readonly shuffle: boolean;
  readonly durable: boolean;
  /** Called right before the addon takes the memory of the array: throws if it is no longer there. */
  readonly checkPresent: () => void;
}

/**
 * Fills a dataset with chunks, which has none yet, in a file that nobody else has seen:
 *
 *  1. The addon compresses the chunks on all cores, and puts them behind the end of the file.
 *  2. The index of chunks goes behind them; its place, and the new end, into the file's metadata.
 *
 * @param header address of the dataset's header
 * @throws PersistError PERSIST_UNSUPPORTED in a file of a later format, PERSIST_DETACHED, PERSIST_IO
 */
export async function packInto(
  path: string,
  header: number,
  array: ArrayToPack,
  options: PackOptions,
): Promise<void> {
  const { chunks, shape, data } = array;
  const fd = openFile(path, "r+");
  try {
    const places = findPlaces(fd, header, path);
    const end_at = findEnd(fd, path)!;
    let end = numberAt(readAt(fd, end_at, 8, path), 0);
    const packed = await runJob(options, "write", data.byteLength, (control) => {
      options.checkPresent();
      return native().writeChunks(array, fd, path, end, options.shuffle, control);
    });
    const index = new ChunkIndex(chunks, shape, places);
    for (let k = 0; k < packed.length; k += 3) {
      const [offset, stored_bytes, mask] = [packed[k]!, packed[k + 1]!, packed[k + 2]!];
      index.set(k / 3, { offset, stored_bytes, mask });
      end = offset + stored_bytes;
    }
    const { nodes, root } = index.change((size_bytes) => {
      end += size_bytes;
      return end - size_bytes;
    });
    const numbers = [
      { offset: places.root_at, data: numberBytes(root!) },
      { offset: end_at, data: numberBytes(end) },
    ];
    await native().writeRanges(path, [...nodes, ...numbers], options.durable, undefined);
  } finally {
    closeFile(fd);
  }
}

/** What zlib writes around a raw DEFLATE stream: two bytes, and an Adler-32. */
const ZLIB_HEAD = Uint8Array.of(0x78, 0x01);
const ADLER_BYTES = 4;

/**
 * Compresses arrays on all cores into a file that nobody else has seen, each as the one chunk of its dataset, one after the other. Gives where the raw
 * DEFLATE stream of each lies.
 * @param arrays with the address of each dataset's header
 */
export async function packWhole(
  path: string,
  arrays: readonly { readonly array: ArrayToStore; readonly place: number }[],
  options: JobOptions,
): Promise<{ offset: number; stored_bytes: number }[]> {
  const fd = openFile(path, "r+");
  try {
    const end_at = findEnd(fd, path)!;
    const start = numberAt(readAt(fd, end_at, 8, path), 0);
    const total_bytes = arrays.reduce((sum, { array }) => sum + array.bytes.byteLength, 0);
    const members = arrays.map(({ array: { bytes: data } }, k) => ({
      lead_bytes: ZLIB_HEAD.length + (k === 0 ? 0 : ADLER_BYTES),
      head: new Uint8Array(0),
      data,
    }));
    const streams = await runJob(options, "arrays", total_bytes, (control) => {
      checkPresent(arrays.map(({ array }) => array));
      return native().writeDeflated(path, start, members, control);
    });
    let end = start;
    const ranges: FileRange[] = [];
    const roots: FileRange[] = [];
    for (const { offset, stored_bytes, adler } of streams) {
      const sum = Buffer.alloc(ADLER_BYTES);
      sum.writeUInt32BE(adler);
      ranges.push(
        { offset: offset - ZLIB_HEAD.length, data: ZLIB_HEAD },
        { offset: offset + stored_bytes, data: sum },
      );
      end = offset + stored_bytes + ADLER_BYTES;
    }
    for (const [k, { array, place }] of arrays.entries()) {
      const places = findPlaces(fd, place, path);
      const index = new ChunkIndex(array.shape, array.shape, places);
      const { offset, stored_bytes } = streams[k]!;
      const whole_bytes = ZLIB_HEAD.length + stored_bytes + ADLER_BYTES;
      index.set(0, { offset: offset - ZLIB_HEAD.length, stored_bytes: whole_bytes, mask: 0 });
      const { nodes, root } = index.change((size_bytes) => {
        end += size_bytes;
        return end - size_bytes;
      });
      ranges.push(...nodes);
      roots.push({ offset: places.root_at, data: numberBytes(root!) });
    }
    roots.push({ offset: end_at, data: numberBytes(end) });
    await native().writeRanges(path, [...ranges, ...roots], false, undefined);
    return streams;
  } finally {
    closeFile(fd);
  }
}
