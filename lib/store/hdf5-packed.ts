// Arrays in compressed chunks: written whole, at the end of a file that the HDF5 library has made.
import { native, type ArrayToPack } from "../native.ts";
import { ChunkIndex } from "./hdf5-index.ts";
import { findEnd, findPlaces, numberAt, numberBytes, readAt } from "./hdf5-places.ts";
import { runJob, type JobOptions } from "./job.ts";
import { closeFile, openFile } from "./open-file.ts";

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
