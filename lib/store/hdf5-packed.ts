// Arrays in compressed chunks: written whole, at the end of a file that the HDF5 library has made.
import { native, type ArrayToPack } from "../native.ts";
import { chunkCount } from "./chunk-grid.ts";
import { ChunkIndex } from "./hdf5-index.ts";
import { findEnd, findPlaces, numberAt, numberBytes, readAt } from "./hdf5-places.ts";
import { partOf, runJob, type JobOptions } from "./job.ts";
import { closeFile, openFile } from "./open-file.ts";
import { checkPresent } from "./place.ts";
import type { ArrayToStore } from "./store.ts";
import type { FileRange } from "./synced-file.ts";

/** How to compress, and what to do then. */
export interface PackOptions extends JobOptions {
  readonly durable: boolean;
  /** Called right before the addon takes the memory of arrays: throws if it is no longer there. */
  readonly checkPresent: () => void;
}

/** A dataset in chunks, of which it has none yet. */
export interface DatasetToFill {
  /** Address of its header. */
  readonly header: number;
  readonly array: ArrayToPack;
}

/** Small arrays are compressed in one job up to so many bytes, and so many of them. */
const JOB_BYTES = 2 ** 20;
const JOB_ARRAYS = 1000;

/**
 * Fills datasets with chunks, in a file that nobody else has seen:
 *
 *  1. The addon compresses the chunks on all cores, and puts them behind the end of the file.
 *  2. The indexes of chunks go behind them; their places, and the new end, into the file's metadata.
 *
 * @param datasets one or more
 * @throws PersistError PERSIST_UNSUPPORTED in a file of a later format, PERSIST_DETACHED, PERSIST_IO
 */
export async function packInto(
  path: string,
  datasets: readonly DatasetToFill[],
  options: PackOptions,
): Promise<void> {
  const fd = openFile(path, "r+");
  try {
    findPlaces(fd, datasets[0]!.header, path); // refuses files of a later format, which have no such end
    const end_at = findEnd(fd, path)!;
    const total_bytes = sizeOf(datasets);
    let end = numberAt(readAt(fd, end_at, 8, path), 0);
    const allocate = (size_bytes: number): number => {
      end += size_bytes;
      return end - size_bytes;
    };
    let done_bytes = 0;
    for (let from = 0; from < datasets.length;) {
      const some = oneJob(datasets, from);
      const size_bytes = sizeOf(some);
      const packed = await runJob(
        partOf(options, done_bytes, total_bytes),
        "write",
        size_bytes,
        (control) => {
          options.checkPresent();
          return native().writeChunks(
            some.map(({ array }) => array),
            fd,
            path,
            end,
            control,
          );
        },
      );
      const ranges: FileRange[] = [];
      const roots: FileRange[] = [];
      let at = 0;
      end = packed.at(-3)! + packed.at(-2)!;
      for (const { header, array } of some) {
        const places = findPlaces(fd, header, path);
        const index = new ChunkIndex(array.chunks, array.shape, places);
        const count = chunkCount(array.shape, array.chunks);
        for (let k = 0; k < count; k++, at += 3)
          index.set(k, { offset: packed[at]!, stored_bytes: packed[at + 1]!, mask: packed[at + 2]! });
        const { nodes, root } = index.change(allocate);
        ranges.push(...nodes);
        roots.push({ offset: places.root_at, data: numberBytes(root!) });
      }
      from += some.length;
      done_bytes += size_bytes;
      const isLast = from === datasets.length;
      if (isLast) roots.push({ offset: end_at, data: numberBytes(end) });
      await native().writeRanges(path, [...ranges, ...roots], options.durable && isLast, undefined);
    }
  } finally {
    closeFile(fd);
  }
}

function sizeOf(datasets: readonly DatasetToFill[]): number {
  return datasets.reduce((sum, { array }) => sum + array.data.byteLength, 0);
}

/** The first dataset from number `from` on, and those after it that are compressed with it. */
function oneJob(datasets: readonly DatasetToFill[], from: number): readonly DatasetToFill[] {
  let to = from;
  for (let bytes = 0; to < datasets.length && to - from < JOB_ARRAYS; to++) {
    bytes += datasets[to]!.array.data.byteLength;
    if (to > from && bytes > JOB_BYTES) break;
  }
  return datasets.slice(from, to);
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
