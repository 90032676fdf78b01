// ArrayFile: an open array, filled or read a part at a time. Checks and sequences; the formats do the work.
import { dtype as lookUp, type TypedArray } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { asNDArray, type NDArray, type NDArrayFields, type Selection } from "../ndarray.ts";
import type { OpenMode, OpenedArray } from "./array-format.ts";
import type { JobOptions } from "./job.ts";
import type { Progress } from "./store.ts";

/** What every long call of an {@link ArrayFile} takes. */
export interface ArrayFileOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Blocks are about this large where the caller does not say. */
const BLOCK_BYTES = 8 * 2 ** 20;
/** A guess, for strings of variable length. */
const TEXT_BYTES = 64;

/**
 * An open array, from {@link createArray} or {@link openArray}. Calls may be made at any time and run one after the other.
 * Blocks are arrays of the file's dtype; each must stay as it is until its promise resolves.
 *
 * What is appended is seen by other readers after the next `flush` or `close`: whole frames (entries of axis 0), whatever
 * happens in between.
 */
export class ArrayFile {
  readonly #file: string;
  readonly #array: OpenedArray;
  readonly #mode: OpenMode;
  /** The call before; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(file: string, array: OpenedArray, mode: OpenMode) {
    this.#file = file;
    this.#array = array;
    this.#mode = mode;
  }

  /** NumPy's name of the element type. */
  get dtype(): string {
    return this.#array.dtype;
  }

  /** Elements along each axis, with what was appended. */
  get shape(): readonly number[] {
    return this.#array.shape;
  }

  /** Named values stored with the array, where the format can. */
  get attributes(): Record<string, unknown> {
    return this.#array.attributes;
  }

  /**
   * Reads a part, or everything, into fresh memory.
   * @throws RangeError for a selection outside; PersistError as `readArray`, and PERSIST_CLOSED.
   */
  async read(options: ArrayFileOptions & { selection?: Selection } = {}): Promise<NDArray> {
    const { selection = [], signal, onProgress } = options;
    return this.#next({ signal, onProgress }, (job) => this.#array.read(selection, job));
  }

  /**
   * Writes a block into the array; its first element goes to `start` (all 0 when absent). The shape stays.
   * @throws TypeError for a block of another dtype, RangeError for one that does not fit; PersistError PERSIST_READ_ONLY,
   * PERSIST_DETACHED, PERSIST_IO, PERSIST_UNSUPPORTED (what the format cannot write in place), PERSIST_CLOSED.
   */
  async write(
    block: TypedArray | NDArrayFields,
    options: ArrayFileOptions & { start?: readonly number[] } = {},
  ): Promise<void> {
    const { shape } = this;
    const { start = shape.map(() => 0), signal, onProgress } = options;
    const source = this.#blockOf(block);
    if (source.shape.length !== shape.length || start.length !== shape.length)
      throw new RangeError(`a block and its start have ${shape.length} axes, as the array in ${this.#file}`);
    return this.#next({ signal, onProgress }, (job) => {
      for (const [axis, extent] of this.shape.entries()) {
        const at = start[axis]!;
        if (!Number.isSafeInteger(at) || at < 0 || at + source.shape[axis]! > extent)
          throw new RangeError(
            `a block of shape [${source.shape.join(", ")}] at [${start.join(", ")}] does not fit into [${this.shape.join(", ")}]`,
          );
      }
      return this.#array.write(source, start, job);
    });
  }

  /**
   * Appends frames along axis 0: a block of all axes, or one frame without the first.
   * @throws as {@link ArrayFile.write}; the array then is as it was before.
   */
  async append(block: TypedArray | NDArrayFields, options: ArrayFileOptions = {}): Promise<void> {
    const { signal, onProgress } = options;
    const source = this.#blockOf(block);
    const frame = this.shape.slice(1);
    const isFrame = sameShape(source.shape, frame);
    if (this.shape.length === 0 || (!isFrame && !sameShape(source.shape.slice(1), frame)))
      throw new RangeError(
        `frames of shape [${frame.join(", ")}] are appended to ${this.#file}, not [${source.shape.join(", ")}]`,
      );
    const frames = isFrame ? asFrames(source) : source;
    return this.#next({ signal, onProgress }, (job) => this.#array.append(frames, job));
  }

  /**
   * Cuts the array to its first `frames` along axis 0. What is cut off is gone when this returns, also after a crash.
   * @throws RangeError when it has fewer; PersistError as {@link ArrayFile.flush}, PERSIST_READ_ONLY, PERSIST_UNSUPPORTED.
   */
  async truncate(frames: number): Promise<void> {
    this.#checkWritable();
    return this.#next({}, () => {
      const [rows = -1] = this.shape;
      if (!Number.isSafeInteger(frames) || frames < 0 || frames > rows)
        throw new RangeError(
          `the array in ${this.#file} has shape [${this.shape.join(", ")}]: it cannot be cut to ${frames} frames`,
        );
      return this.#array.truncate(frames);
    });
  }

  /**
   * Reads the array along axis 0, `rows` frames at a time (about 8 MiB when absent); memory holds one block. Frames that are
   * appended meanwhile are read, too.
   */
  async *blocks(
    options: ArrayFileOptions & { rows?: number } = {},
  ): AsyncGenerator<NDArray, void, undefined> {
    const { rows = this.#rowsOfABlock(), ...job } = options;
    if (!Number.isSafeInteger(rows) || rows < 1) throw new RangeError("rows must be an integer of 1 or more");
    if (this.shape.length === 0) throw new RangeError(`the array in ${this.#file} has no axes to go along`);
    for (let start = 0; start < this.shape[0]!; start += rows)
      yield await this.read({ ...job, selection: [[start, start + rows]] });
  }

  /** Returns when everything written would survive a crash of the machine, and others see it. Throws PERSIST_DURABILITY_UNKNOWN, PERSIST_IO. */
  async flush(): Promise<void> {
    return this.#next({}, async () => {
      if (this.#mode === "r+") await this.#array.flush();
    });
  }

  /** Flushes what was appended and closes the file; does nothing the second time. */
  async close(): Promise<void> {
    this.#closing ??= this.#last.then(() => this.#array.close());
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Runs a call when those before it have ended, whether or not they succeeded. */
  async #next<T>(job: JobOptions, call: (job: JobOptions) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined)
      throw new PersistError("PERSIST_CLOSED", `the array in ${this.#file} was closed`, { file: this.#file });
    const result = this.#last.then(() => {
      job.signal?.throwIfAborted();
      return call(job);
    });
    this.#last = result.catch(() => {});
    return result;
  }

  #checkWritable(): void {
    if (this.#mode === "r")
      throw new PersistError("PERSIST_READ_ONLY", `${this.#file} was opened for reading`, {
        file: this.#file,
      });
  }

  #blockOf(block: TypedArray | NDArrayFields): NDArray {
    this.#checkWritable();
    const source = asNDArray(block);
    if (source.dtype !== this.dtype)
      throw new TypeError(`blocks of ${this.#file} are ${this.dtype}, not ${source.dtype}`);
    return source;
  }

  #rowsOfABlock(): number {
    const itemsize_bytes = this.dtype === "str" ? TEXT_BYTES : lookUp(this.dtype).itemsize_bytes;
    const row_bytes = this.shape.slice(1).reduce((size, extent) => size * extent, itemsize_bytes);
    return Math.max(1, Math.floor(BLOCK_BYTES / Math.max(row_bytes, 1)));
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** One frame as a block of one. */
function asFrames({ data, shape, stride, offset, dtype }: NDArray): NDArray {
  return asNDArray({ data, shape: [1, ...shape], stride: [0, ...stride], offset, dtype });
}
