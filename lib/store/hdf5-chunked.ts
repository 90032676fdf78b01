// An open HDF5 dataset in chunks that is filled or read a part at a time, and may grow along axis 0. The HDF5 library is not
// asked: it changes its metadata in several places, and a crash between two of them could leave a file that does not open.
import { native, type OpenHdf5Dataset } from "../native.ts";
import { sizeOf, type NDArray, type Selection } from "../ndarray.ts";
import { ChunkCache } from "./chunk-cache.ts";
import { placesTouched } from "./chunk-grid.ts";
import type { GrowingFile } from "./hdf5-growing.ts";
import { ChunkIndex } from "./hdf5-index.ts";
import { packingOf, PendingChunks } from "./hdf5-pending.ts";
import { findPlaces, numberAt, numberBytes, readAt, type GrowthPlaces } from "./hdf5-places.ts";
import { arrayOf, planOf } from "./hdf5-read.ts";
import { elementType, type ElementType } from "./hdf5-type.ts";
import { WrittenArray } from "./hdf5-written.ts";
import { runJob, type JobOptions } from "./job.ts";
import { presentBytes } from "./present-bytes.ts";
import { runsOf, writeRuns, type Run } from "./runs.ts";

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;
const NO_ADDRESS = 2n ** 64n - 1n;

/**
 * Frames come behind those that the first extent counts. So that readers, and a crash at any moment, see whole frames:
 *
 *  1. `append` writes the frames into chunks behind the end of the file, or behind the last frame of the last chunk; nobody
 *     looks there yet. Compressed chunks are never changed: those that are not complete wait in memory.
 *  2. `flush` writes a new path through the index of chunks, in the place of no other, and syncs all that.
 *  3. Where the file has become longer than its superblock says, it rewrites that number, and syncs.
 *  4. It rewrites the address of the index's root: the new chunks are there, and not counted. Where the number of step 5 does
 *     not lie in the same sector of the disk, it syncs.
 *  5. It rewrites the first extent: from here on they count. It syncs.
 *
 * Each of the three numbers has 8 bytes, and the file is right before and after each. (Only the upper bytes of an address, zeros up to
 * 1 TiB, can lie in a sector of their own.)
 */
export class ChunkedArray extends WrittenArray {
  readonly #dataset: OpenHdf5Dataset;
  readonly #type: ElementType;
  readonly #chunks: readonly number[];
  readonly #chunk_bytes: number;
  readonly #places: GrowthPlaces;
  readonly #index: ChunkIndex;
  /** Where chunks are compressed. What is not, others who have the array open may change in place. */
  readonly #cache: ChunkCache | undefined;
  /** The same. */
  readonly #pending: PendingChunks | undefined;
  #shape: readonly number[];
  /** Frames that the extent in the file counts. */
  #counted: number;

  private constructor(
    file: GrowingFile,
    name: string,
    dataset: OpenHdf5Dataset,
    index: ChunkIndex,
    places: GrowthPlaces,
    isNew: boolean,
  ) {
    super(file, name, dataset, isNew);
    this.#dataset = dataset;
    this.#type = elementType(dataset, file.path);
    this.#chunks = dataset.chunks!;
    this.#chunk_bytes = this.#chunks.reduce((size, extent) => size * extent, this.#type.dtype.itemsize_bytes);
    this.#index = index;
    const filters = dataset.filters!;
    const packing = packingOf(filters);
    const { itemsize_bytes: itemsize } = this.#type.dtype;
    this.#pending =
      packing && new PendingChunks(file, index, { chunks: this.#chunks, itemsize, filters, ...packing });
    this.#cache = packing && new ChunkCache(this.#chunks, itemsize);
    this.#places = places;
    this.#shape = dataset.shape;
    this.#counted = dataset.shape[0]!;
  }

  /**
   * @param dataset as the library has described it; its handle may be closed
   * @throws PersistError PERSIST_UNSUPPORTED for a file of a later format; PERSIST_CORRUPT, PERSIST_TRUNCATED, PERSIST_IO
   */
  static async open(
    file: GrowingFile,
    name: string,
    dataset: OpenHdf5Dataset,
    isNew: boolean,
  ): Promise<ChunkedArray> {
    const { fd, path } = file;
    const places = findPlaces(fd, dataset.header, path);
    const index = new ChunkIndex(dataset.chunks!, dataset.shape, places);
    const root = readAt(fd, places.root_at, 8, path);
    await index.load(fd, root.readBigUInt64LE(0) === NO_ADDRESS ? undefined : numberAt(root, 0), path);
    return new ChunkedArray(file, name, dataset, index, places, isNew);
  }

  get dtype(): string {
    return this.#type.dtype.name;
  }

  get shape(): readonly number[] {
    return this.#shape;
  }

  protected get hasMore(): boolean {
    return this.#counted !== this.#shape[0] || this.#index.hasChanged || this.#pending?.hasChanged === true;
  }

  async read(selection: Selection, job: JobOptions): Promise<NDArray> {
    const dataset = { ...this.#dataset, shape: this.#shape };
    const read = (part: Selection): Promise<NDArray> => this.#read(dataset, part, job);
    return this.#cache?.read(dataset, selection, read) ?? read(selection);
  }

  async #read(dataset: OpenHdf5Dataset, selection: Selection, job: JobOptions): Promise<NDArray> {
    const { path } = this.file;
    const { ranges, counts, rest } = planOf(dataset, selection);
    const { itemsize_bytes: itemsize } = this.#type.dtype;
    const size_bytes = sizeOf(counts) * itemsize;
    if (size_bytes === 0) return arrayOf(dataset, counts, new ArrayBuffer(0), 0, path).slice(rest);
    const chunks = this.#chunks;
    const filters = this.#dataset.filters!;
    const buffer = await this.inTurn(async () => {
      await this.#pending?.pack();
      const places = this.#index.placesOf(placesTouched(ranges, chunks));
      const request = { chunks, filters, itemsize, ranges, places };
      return runJob(job, "read", size_bytes, (control) =>
        native().readChunks(this.file.fd, request, path, control),
      );
    });
    return arrayOf(dataset, counts, buffer, 0, path).slice(rest);
  }

  async write(block: NDArray, start: readonly number[], job: JobOptions): Promise<void> {
    await this.#put(block, start, this.#shape[0]!, job);
  }

  async append(block: NDArray, job: JobOptions): Promise<void> {
    const [rows = 0, ...frame] = this.#shape;
    const shape = [rows + block.shape[0]!, ...frame];
    sizeOf(shape);
    const { mostRows } = this.#places;
    if (shape[0]! > mostRows) throw this.cannot(`was made for ${mostRows} frames at most`);
    await this.#put(block, [rows, ...frame.map(() => 0)], shape[0]!, job);
    this.#shape = shape;
  }

  /** What is cut off stays where it is, uncounted, until other frames take its place. */
  async truncate(frames: number): Promise<void> {
    this.file.check();
    await this.inTurn(async () => this.#pending?.clear());
    this.#shape = [frames, ...this.#shape.slice(1)];
    await this.flush();
  }

  protected async commit(): Promise<void> {
    const { file } = this;
    file.check();
    await this.#pending?.pack();
    const change = this.#index.hasChanged ? this.#index.change((size) => file.allocate(size)) : undefined;
    file.extend();
    await file.sync(change?.nodes ?? []);
    await file.tell();
    const { root_at, rows_at } = this.#places;
    if (change?.root !== undefined) {
      const root = [{ offset: root_at, data: numberBytes(change.root) }];
      const isOneSector = Math.floor(root_at / SECTOR_BYTES) === Math.floor(rows_at / SECTOR_BYTES);
      await (isOneSector ? file.write(root) : file.sync(root));
    }
    const rows = this.#shape[0]!;
    const last = rows === this.#counted ? [] : [{ offset: rows_at, data: numberBytes(rows) }];
    if (change !== undefined || last.length > 0) await file.sync([...last, ...(change?.links ?? [])]);
    this.#index.confirm();
    this.#counted = rows;
  }

  /** Writes a block; the array has `rows` frames then. */
  async #put(block: NDArray, start: readonly number[], rows: number, job: JobOptions): Promise<void> {
    const { file } = this;
    file.check();
    const present = presentBytes(block, file.path);
    const data = present instanceof Uint8Array ? present : await present;
    await this.inTurn(async () => {
      this.#cache?.clear();
      if (block.size === 0) return;
      if (this.#pending !== undefined) {
        job.signal?.throwIfAborted();
        await this.#pending.put(data, block.shape, start, this.#shape[0]!, rows);
        return;
      }
      const ranges = block.shape.flatMap((count, axis) => [start[axis]!, 1, count]);
      for (const place of placesTouched(ranges, this.#chunks)) this.#offsetOf(place);
      file.extend();
      await writeRuns(file.fd, file.path, data, this.#runsOf(block.shape, start, ranges), job);
    });
  }

  /** The runs of a block in chunks. */
  *#runsOf(
    block: readonly number[],
    start: readonly number[],
    ranges: readonly number[],
  ): Generator<Run, void, undefined> {
    const chunks = this.#chunks;
    for (const place of placesTouched(ranges, chunks)) {
      const begin = place.map((index, axis) => Math.max(start[axis]!, index * chunks[axis]!));
      const counts = place.map(
        (index, axis) => Math.min(start[axis]! + block[axis]!, (index + 1) * chunks[axis]!) - begin[axis]!,
      );
      const memory = { shape: block, start: begin.map((at, axis) => at - start[axis]!) };
      const within = { shape: chunks, start: begin.map((at, axis) => at - place[axis]! * chunks[axis]!) };
      yield* runsOf(counts, this.#type.dtype.itemsize_bytes, memory, within, this.#offsetOf(place));
    }
  }

  /** Where a chunk begins in the file; one that is not there yet gets a place. */
  #offsetOf(place: readonly number[]): number {
    const number = this.#index.numberOf(place);
    const found = this.#index.get(number);
    if (found !== undefined) return found.offset;
    const offset = this.file.allocate(this.#chunk_bytes);
    this.#index.set(number, { offset, stored_bytes: this.#chunk_bytes, mask: 0 });
    return offset;
  }
}
