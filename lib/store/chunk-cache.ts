// Small parts of an array in chunks, read one after the other: the chunk in which they lie is decoded once for all of them.
import type { Hdf5Dataset } from "../native.ts";
import { NDArray, type Selection } from "../ndarray.ts";
import { SMALL_BYTES, inTurn } from "../turn.ts";
import { planOf } from "./hdf5-read.ts";

/** Larger chunks are not kept. */
const MOST_BYTES = 4 * 2 ** 20;

/** A part within one chunk. */
interface Within {
  /** The chunk's place in the grid of chunks, and the extents of the array, which may grow. */
  readonly place: string;
  /** As much of the chunk as the array has. */
  readonly whole: Selection;
  /** Of that, the part; then what is left to do with it. */
  readonly part: Selection;
  readonly rest: Selection;
}

/** Keeps the chunk of the last small part, once a second one has come out of it. */
export class ChunkCache {
  readonly #chunks: readonly number[];
  readonly #itemsize_bytes: number;
  readonly #isKept: boolean;
  #last: { readonly place: string; elements?: NDArray } | undefined;

  /** @param chunks extents of a chunk */
  constructor(chunks: readonly number[], itemsize_bytes: number) {
    this.#chunks = chunks;
    this.#itemsize_bytes = itemsize_bytes;
    this.#isKept = chunks.reduce((size, extent) => size * extent, itemsize_bytes) <= MOST_BYTES;
  }

  /**
   * Reads a selection, out of memory where its chunk is there.
   * @param dataset as it is now
   * @param read reads any selection of the dataset, into memory of its own
   */
  async read(
    dataset: Pick<Hdf5Dataset, "shape" | "inner">,
    selection: Selection,
    read: (selection: Selection) => Promise<NDArray>,
  ): Promise<NDArray> {
    const within = this.#isKept ? this.#locate(dataset, selection) : undefined;
    if (within === undefined) return read(selection);
    const { place, whole, part, rest } = within;
    if (this.#last?.place !== place) {
      this.#last = { place };
      return read(selection);
    }
    const chunk = this.#last;
    const elements = (chunk.elements ??= await read(whole));
    await inTurn();
    return copyOf(elements.slice(part)).slice(rest);
  }

  /** Forgets what it has: the array changes. */
  clear(): void {
    this.#last = undefined;
  }

  #locate(dataset: Pick<Hdf5Dataset, "shape" | "inner">, selection: Selection): Within | undefined {
    const { ranges, counts, rest } = planOf(dataset, selection);
    const size_bytes = counts.reduce((size, extent) => size * extent, this.#itemsize_bytes);
    if (size_bytes === 0 || size_bytes > SMALL_BYTES) return undefined;
    const places: number[] = [];
    const whole: Selection[number][] = [];
    const part: Selection[number][] = [];
    for (const [axis, extent] of this.#chunks.entries()) {
      const [start, step, count] = [ranges[3 * axis]!, ranges[3 * axis + 1]!, ranges[3 * axis + 2]!];
      const last = start + step * (count - 1);
      const place = Math.floor(start / extent);
      if (place !== Math.floor(last / extent)) return undefined;
      const begin = place * extent;
      places.push(place);
      whole.push([begin, Math.min(begin + extent, dataset.shape[axis]!)]);
      part.push([start - begin, last - begin + 1, step]);
    }
    return { place: `${places.join()} of ${dataset.shape.join()}`, whole, part, rest };
  }
}

/** The same in memory of its own, whatever becomes of that: the chunk stays. */
function copyOf(array: NDArray): NDArray {
  const { data, shape, dtype } = array.contiguous();
  return new NDArray({ data: data.buffer === array.data.buffer ? data.slice() : data, shape, dtype });
}
