// An open npy file that is filled or read a part at a time, and may grow along axis 0.
import { constants, ftruncateSync, openSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { ioError } from "../disk/io-error.ts";
import { syncDirectory } from "../disk/sync.ts";
import { dtype as lookUp } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { native } from "../native.ts";
import { sizeOf, type NDArray, type Selection } from "../ndarray.ts";
import type { NewArray, OpenMode, OpenedArray } from "./array-format.ts";
import type { JobOptions } from "./job.ts";
import { readNpyHeader } from "./npy-file.ts";
import { npyHeader, type NpyHeader } from "./npy-header.ts";
import { closeFile, openFile } from "./open-file.ts";
import { presentBytes } from "./present-bytes.ts";
import { readElements } from "./read-elements.ts";
import { runsOf, writeRuns } from "./runs.ts";
import { SyncedFile } from "./synced-file.ts";

/** Digits for which NumPy, too, leaves room in a header: as many as 64 bits need. */
const LONGEST_EXTENT = 21;

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
    closeFile(fd);
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
    closeFile(fd);
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
  readonly #file: SyncedFile;
  #header: NpyHeader;
  /** Frames that the header in the file counts. */
  #counted: number;
  /** A new name in the directory is not durable by itself. */
  #isNew: boolean;

  constructor(fd: number, file: string, header: NpyHeader, isNew: boolean) {
    this.#file = new SyncedFile(fd, file);
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
    return readElements(this.#file.fd, this.#header, undefined, selection, this.#file.path, job);
  }

  async write(block: NDArray, start: readonly number[], job: JobOptions): Promise<void> {
    this.#checkWritable();
    const { fd, path } = this.#file;
    const present = presentBytes(block, path);
    const data = present instanceof Uint8Array ? present : await present;
    const { shape, dtype, offset_bytes } = this.#header;
    const memory = { shape: block.shape, start: block.shape.map(() => 0) };
    const runs = runsOf(block.shape, dtype.itemsize_bytes, memory, { shape, start }, offset_bytes);
    await writeRuns(fd, path, data, runs, job);
  }

  async append(block: NDArray, job: JobOptions): Promise<void> {
    this.#checkWritable();
    const header = this.#header;
    const { fd, path } = this.#file;
    const shape = [header.shape[0]! + block.shape[0]!, ...header.shape.slice(1)];
    sizeOf(shape);
    this.#headerFor(shape);
    const present = presentBytes(block, path);
    const data = present instanceof Uint8Array ? present : await present;
    const offset = header.offset_bytes + header.size_bytes;
    await writeRuns(fd, path, data, [{ from: 0, offset, length: data.byteLength }], job);
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
      ftruncateSync(this.#file.fd, this.#header.offset_bytes + this.#header.size_bytes);
    } catch (error) {
      throw ioError(error, this.#file.path);
    }
  }

  async flush(): Promise<void> {
    await this.#file.sync([]);
    const { shape } = this.#header;
    if (shape.length > 0 && shape[0] !== this.#counted) {
      await this.#file.sync([{ offset: 0, data: this.#headerFor(shape) }]);
      this.#counted = shape[0]!;
    }
    if (this.#isNew) await syncDirectory(dirname(this.#file.path));
    this.#isNew = false;
  }

  async close(): Promise<void> {
    try {
      const hasMore = this.shape.length > 0 && this.shape[0] !== this.#counted;
      if (hasMore && !this.#file.hasFailed) await this.flush();
    } finally {
      this.#file.close();
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
    this.#file.check();
    if (this.#header.fields) throw this.#cannot("it holds records");
    if (this.#header.bigEndian) throw this.#cannot("its numbers are big-endian");
    if (this.#header.fortran && this.shape.length > 1) throw this.#cannot("it is in Fortran order");
  }

  #cannot(why: string): PersistError {
    const { path } = this.#file;
    return new PersistError("PERSIST_UNSUPPORTED", `${path} cannot be written a part at a time: ${why}`, {
      file: path,
    });
  }
}
