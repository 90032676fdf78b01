// An open npy file that is filled or read a part at a time, and may grow along axis 0.
import { closeSync, constants, ftruncateSync, openSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { ioError } from "../disk/io-error.ts";
import { syncDirectory } from "../disk/sync.ts";
import { dtype as lookUp } from "../dtype.ts";
import { PersistError, isPersistError } from "../errors.ts";
import { native } from "../native.ts";
import { sizeOf, type NDArray, type Selection } from "../ndarray.ts";
import type { NewArray, OpenMode, OpenedArray } from "./array-format.ts";
import { runJob, type JobOptions } from "./job.ts";
import { readNpyHeader } from "./npy-file.ts";
import { npyHeader, type NpyHeader } from "./npy-header.ts";
import { openFile } from "./open-file.ts";
import { presentBytes } from "./present-bytes.ts";
import { readElements } from "./read-elements.ts";

/** Digits for which NumPy, too, leaves room in a header: as many as 64 bits need. */
const LONGEST_EXTENT = 21;
/** Ranges handed to the addon at once. */
const MOST_RANGES = 4096;

/**
 * Creates an npy file of zeros, or with none of its frames yet.
 * @throws PersistError PERSIST_EXISTS, PERSIST_UNSUPPORTED (compression, chunks, attributes), PERSIST_IO.
 */
export async function createNpy(file: string, array: NewArray): Promise<OpenedArray> {
  const dtype = lookUp(array.dtype);
  const shape = array.shape.map((extent, axis) => {
    if (extent === null && axis > 0)
      throw new RangeError("only the first extent may be null: arrays grow along axis 0");
    return extent ?? 0;
  });
  const size_bytes = sizeOf(shape) * dtype.itemsize_bytes;
  const room_bytes = npyHeader(dtype.descr, shape).length + LONGEST_EXTENT;
  const head = npyHeader(dtype.descr, shape, room_bytes);
  const fd = createExclusive(file);
  try {
    await native().writeOpenRanges(fd, file, [{ offset: 0, data: head }], false, undefined);
    try {
      ftruncateSync(fd, head.length + size_bytes);
    } catch (error) {
      throw ioError(error, file);
    }
  } catch (error) {
    closeSync(fd);
    unlinkSync(file);
    throw error;
  }
  const header = { dtype, bigEndian: false, fortran: false, shape, offset_bytes: head.length, size_bytes };
  return new NpyArray(fd, file, header, true);
}

/** Opens an npy file. Throws PersistError as `readNpyHeader` and `openFile`. */
export function openNpy(file: string, mode: OpenMode): OpenedArray {
  const fd = openFile(file, mode);
  try {
    return new NpyArray(fd, file, readNpyHeader(fd, file), false);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function createExclusive(file: string): number {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    return openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new PersistError("PERSIST_EXISTS", `${file} exists: createArray makes a new file`, { file });
    throw ioError(error, file);
  }
}

/**
 * Frames are appended behind those that the header counts. So that readers, and a crash at any moment, see whole frames:
 *
 *  1. `append` writes the frames; nobody looks there yet.
 *  2. `flush` syncs them: they are on the disk.
 *  3. It rewrites the header, which has room for any length, in one call: from here on they count.
 *  4. It syncs the header.
 *
 * What was never counted is overwritten by the next who appends.
 */
class NpyArray implements OpenedArray {
  readonly #fd: number;
  readonly #file: string;
  #header: NpyHeader;
  /** Frames that the header in the file counts. */
  #counted: number;
  /** A new name in the directory is not durable by itself. */
  #isNew: boolean;
  /** A sync that has failed: what the disk holds is not known, and a second try would prove nothing. */
  #failed: PersistError | undefined;

  constructor(fd: number, file: string, header: NpyHeader, isNew: boolean) {
    this.#fd = fd;
    this.#file = file;
    this.#header = header;
    this.#counted = header.shape[0] ?? 0;
    this.#isNew = isNew;
  }

  get dtype(): string {
    return this.#header.dtype.name;
  }

  get shape(): readonly number[] {
    return this.#header.shape;
  }

  readonly attributes: Record<string, unknown> = {};

  async read(selection: Selection, job: JobOptions): Promise<NDArray> {
    return readElements(this.#fd, this.#header, undefined, selection, this.#file, job);
  }

  async write(block: NDArray, start: readonly number[], job: JobOptions): Promise<void> {
    this.#checkWritable();
    const present = presentBytes(block, this.#file);
    const data = present instanceof Uint8Array ? present : await present;
    const { length, offsets } = this.#runsOf(block.shape, start);
    let at = 0;
    await runJob(job, "write", data.byteLength, async (control) => {
      for (let ranges = take(); ranges.length > 0; ranges = take())
        await native().writeOpenRanges(this.#fd, this.#file, ranges, false, control);
    });
    function take(): { offset: number; data: Uint8Array }[] {
      const ranges = [];
      for (const offset of offsets) {
        ranges.push({ offset, data: data.subarray(at, at + length) });
        at += length;
        if (ranges.length === MOST_RANGES) break;
      }
      return ranges;
    }
  }

  async append(block: NDArray, job: JobOptions): Promise<void> {
    this.#checkWritable();
    const header = this.#header;
    const shape = [header.shape[0]! + block.shape[0]!, ...header.shape.slice(1)];
    sizeOf(shape);
    this.#headerFor(shape);
    const present = presentBytes(block, this.#file);
    const data = present instanceof Uint8Array ? present : await present;
    const offset = header.offset_bytes + header.size_bytes;
    await runJob(job, "write", data.byteLength, (control) =>
      native().writeOpenRanges(this.#fd, this.#file, [{ offset, data }], false, control),
    );
    this.#header = { ...header, shape, size_bytes: header.size_bytes + data.byteLength };
  }

  /** The header first: what it counts is never overwritten. */
  async truncate(frames: number): Promise<void> {
    this.#checkWritable();
    const { shape, size_bytes } = this.#header;
    if (frames === shape[0]) return this.flush();
    this.#header = {
      ...this.#header,
      shape: [frames, ...shape.slice(1)],
      size_bytes: (size_bytes / shape[0]!) * frames,
    };
    await this.flush();
    try {
      ftruncateSync(this.#fd, this.#header.offset_bytes + this.#header.size_bytes);
    } catch (error) {
      throw ioError(error, this.#file);
    }
  }

  async flush(): Promise<void> {
    if (this.#failed) throw this.#failed;
    await this.#sync([]);
    const { shape } = this.#header;
    if (shape.length > 0 && shape[0] !== this.#counted) {
      await this.#sync([{ offset: 0, data: this.#headerFor(shape) }]);
      this.#counted = shape[0]!;
    }
    if (this.#isNew) await syncDirectory(dirname(this.#file));
    this.#isNew = false;
  }

  async close(): Promise<void> {
    try {
      const hasMore = this.shape.length > 0 && this.shape[0] !== this.#counted;
      if (hasMore && this.#failed === undefined) await this.flush();
    } finally {
      closeSync(this.#fd);
    }
  }

  async #sync(ranges: { offset: number; data: Uint8Array }[]): Promise<void> {
    try {
      await native().writeOpenRanges(this.#fd, this.#file, ranges, true, undefined);
    } catch (cause) {
      if (!isPersistError(cause) || cause.syscall !== "fdatasync") throw cause;
      this.#failed = new PersistError(
        "PERSIST_DURABILITY_UNKNOWN",
        `fdatasync failed on ${this.#file}: what was written since the last flush may be lost`,
        {
          cause,
          file: this.#file,
          syscall: "fdatasync",
          ...(cause.errno === undefined ? {} : { errno: cause.errno }),
        },
      );
      throw this.#failed;
    }
  }

  /** The header for a shape, as long as the one in the file. */
  #headerFor(shape: readonly number[]): Uint8Array {
    const { dtype, offset_bytes } = this.#header;
    const head = npyHeader(dtype.descr, shape, offset_bytes);
    if (head.length === offset_bytes) return head;
    throw this.#cannot("its header has no room for a longer shape");
  }

  #checkWritable(): void {
    if (this.#failed) throw this.#failed;
    if (this.#header.fields) throw this.#cannot("it holds records");
    if (this.#header.bigEndian) throw this.#cannot("its numbers are big-endian");
    if (this.#header.fortran && this.shape.length > 1) throw this.#cannot("it is in Fortran order");
  }

  #cannot(why: string): PersistError {
    return new PersistError(
      "PERSIST_UNSUPPORTED",
      `${this.#file} cannot be written a part at a time: ${why}`,
      {
        file: this.#file,
      },
    );
  }

  /** The runs of a block in the file: how many bytes each has, and where they begin, in C order. */
  #runsOf(
    block: readonly number[],
    start: readonly number[],
  ): { length: number; offsets: Generator<number> } {
    const { shape, dtype, offset_bytes } = this.#header;
    let length = dtype.itemsize_bytes;
    let axes = shape.length;
    // a run goes over all inner axes that are taken whole, and along one more
    while (axes > 0) {
      axes--;
      length *= block[axes]!;
      if (block[axes] !== shape[axes]) break;
    }
    const step: number[] = [];
    for (let axis = shape.length - 1, size = dtype.itemsize_bytes; axis >= 0; size *= shape[axis]!, axis--)
      step[axis] = size;
    const first = start.reduce((sum, at, axis) => sum + at * step[axis]!, offset_bytes);
    return { length, offsets: length === 0 ? empty() : positions(first, block.slice(0, axes), step) };
  }
}

function* empty(): Generator<number> {}

/** Counts through the outer axes like an odometer. */
function* positions(first: number, counts: readonly number[], step: readonly number[]): Generator<number> {
  if (counts.includes(0)) return;
  const index = counts.map(() => 0);
  let at = first;
  for (;;) {
    yield at;
    let axis = counts.length - 1;
    for (; axis >= 0; axis--) {
      at += step[axis]!;
      if (++index[axis]! < counts[axis]!) break;
      at -= step[axis]! * counts[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
