// The chunks of a compressed dataset that are being filled: as they are in memory, until they are complete or must be on the disk.
import { PersistError } from "../errors.ts";
import { native } from "../native.ts";
import { Turn } from "../turn.ts";
import { placesTouched } from "./chunk-grid.ts";
import type { GrowingFile } from "./hdf5-growing.ts";
import type { ChunkIndex } from "./hdf5-index.ts";
import { runsOf } from "./runs.ts";

/** How a dataset is laid into chunks, and compressed. */
export interface Packing {
  readonly chunks: readonly number[];
  readonly itemsize: number;
  readonly filters: readonly (readonly number[])[];
  readonly level: number;
  readonly shuffle: boolean;
}

const SHUFFLE = 2;
const DEFLATE = 1;
/** Chunks in memory take no more than about this, and are compressed so many bytes at a time. */
const MOST_BYTES = 64 * 2 ** 20;
const BATCH_BYTES = 16 * 2 ** 20;

/** Level and shuffle of filters that can be written here: gzip, or shuffle and gzip. */
export function packingOf(
  filters: readonly (readonly number[])[],
): Pick<Packing, "level" | "shuffle"> | undefined {
  const [first, second] = filters;
  const shuffle = first?.[0] === SHUFFLE;
  const deflate = shuffle ? second : first;
  const isKnown = deflate?.[0] === DEFLATE && filters.length === (shuffle ? 2 : 1);
  return isKnown ? { level: Math.max(1, deflate[1] ?? 1), shuffle } : undefined;
}

export class PendingChunks {
  readonly #file: GrowingFile;
  readonly #index: ChunkIndex;
  readonly #packing: Packing;
  readonly #chunk_bytes: number;
  readonly #raw: Map<number, Uint8Array> = new Map<number, Uint8Array>();
  /** Those that the file does not hold as they are. */
  readonly #changed: Set<number> = new Set<number>();

  constructor(file: GrowingFile, index: ChunkIndex, packing: Packing) {
    this.#file = file;
    this.#index = index;
    this.#packing = packing;
    this.#chunk_bytes = packing.chunks.reduce((size, extent) => size * extent, packing.itemsize);
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  /**
   * Puts a block where it belongs; chunks that end before `rows` then are complete, and go to the file.
   * @param counted frames that there were before: behind them chunks hold nothing
   * @throws PersistError PERSIST_DETACHED, PERSIST_IO
   */
  async put(
    data: Uint8Array,
    block: readonly number[],
    start: readonly number[],
    counted: number,
    rows: number,
  ): Promise<void> {
    const { chunks, itemsize } = this.#packing;
    const size_bytes = data.byteLength;
    const complete: number[] = [];
    const turn = new Turn();
    const ranges = block.flatMap((count, axis) => [start[axis]!, 1, count]);
    for (const place of placesTouched(ranges, chunks)) {
      if (turn.isOver) await turn.pause();
      const begin = place.map((index, axis) => Math.max(start[axis]!, index * chunks[axis]!));
      const counts = place.map(
        (index, axis) => Math.min(start[axis]! + block[axis]!, (index + 1) * chunks[axis]!) - begin[axis]!,
      );
      const isNew =
        place[0]! * chunks[0]! >= counted || counts.every((count, axis) => count === chunks[axis]);
      const number = this.#index.numberOf(place);
      const raw = await this.#take(number, place, isNew);
      if (data.byteLength !== size_bytes) throw this.#detached();
      const memory = { shape: block, start: begin.map((at, axis) => at - start[axis]!) };
      const within = { shape: chunks, start: begin.map((at, axis) => at - place[axis]! * chunks[axis]!) };
      for (const { from, offset, length } of runsOf(counts, itemsize, memory, within, 0))
        raw.set(data.subarray(from, from + length), offset);
      this.#changed.add(number);
      if ((place[0]! + 1) * chunks[0]! <= rows) complete.push(number);
      if (complete.length * this.#chunk_bytes >= BATCH_BYTES) await this.#let(complete.splice(0));
      if (this.#raw.size * this.#chunk_bytes > MOST_BYTES) await this.#let([...this.#raw.keys()]);
    }
    await this.#let(complete);
  }

  /** Compresses what has changed into the file, where the index finds it; memory keeps it. */
  async pack(): Promise<void> {
    const { chunks, itemsize, level, shuffle } = this.#packing;
    const atOnce = Math.max(1, Math.floor(BATCH_BYTES / this.#chunk_bytes));
    const all = [...this.#changed];
    for (let first = 0; first < all.length; first += atOnce) {
      const numbers = all.slice(first, first + atOnce);
      const data = Buffer.concat(numbers.map((number) => this.#raw.get(number)!));
      const shape = [numbers.length * chunks[0]!, ...chunks.slice(1)];
      const { fd, path } = this.#file;
      const at = this.#file.allocate(0);
      const array = { shape, chunks, itemsize, level, data, shuffle };
      const places = await native().writeChunks([array], fd, path, at, undefined);
      for (const [k, number] of numbers.entries()) {
        const [offset, stored_bytes, mask] = [places[3 * k]!, places[3 * k + 1]!, places[3 * k + 2]!];
        this.#file.allocate(stored_bytes);
        this.#index.set(number, { offset, stored_bytes, mask });
        this.#changed.delete(number);
      }
    }
  }

  /** Compresses everything, and holds nothing any more. */
  async clear(): Promise<void> {
    await this.pack();
    this.#raw.clear();
  }

  /** Lets chunks go to the file. */
  async #let(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    await this.pack();
    for (const number of numbers) this.#raw.delete(number);
  }

  async #take(number: number, place: readonly number[], isNew: boolean): Promise<Uint8Array> {
    let raw = this.#raw.get(number);
    if (raw !== undefined) return raw;
    const found = isNew ? undefined : this.#index.get(number);
    if (found === undefined) raw = new Uint8Array(this.#chunk_bytes);
    else {
      const { chunks, itemsize, filters } = this.#packing;
      const ranges = place.flatMap((index, axis) => [index * chunks[axis]!, 1, chunks[axis]!]);
      const places = this.#index.placesOf([place]);
      const { fd, path } = this.#file;
      raw = new Uint8Array(
        await native().readChunks(fd, { chunks, filters, itemsize, ranges, places }, path, undefined),
      );
    }
    this.#raw.set(number, raw);
    return raw;
  }

  #detached(): PersistError {
    const { path } = this.#file;
    return new PersistError(
      "PERSIST_DETACHED",
      `the array was detached or resized before ${path} was written`,
      {
        file: path,
      },
    );
  }
}
