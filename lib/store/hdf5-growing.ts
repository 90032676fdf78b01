// HDF5 files that are open for writing: the room behind their content, which arrays of one file share, and the moments at
// which such a file is replaced by a copy that holds one more array.
import { fstatSync, ftruncateSync } from "node:fs";
import { ioError } from "../disk/io-error.ts";
import { PersistError } from "../errors.ts";
import { findEnd, numberAt, numberBytes, readAt } from "./hdf5-places.ts";
import { closeFile, openFile } from "./open-file.ts";
import { SyncedFile } from "./synced-file.ts";

/** The end of the file moves on in steps: who has opened it before reads no further than the end that it has seen. */
const LEAST_STEP_BYTES = 2 ** 20;
const STEP = 8;

/** Those of this thread, by device and inode. */
const open = new Map<string, GrowingFile>();

/** An array of the file. */
export interface GrowingArray {
  readonly name: string;
  /** Flushes it, in a turn of the caller's. */
  settle(): Promise<void>;
}

export class GrowingFile extends SyncedFile {
  readonly arrays: Set<GrowingArray> = new Set<GrowingArray>();
  /** Where the superblock says how long the file is; undefined where it is of a later kind, and nothing grows. */
  readonly #end_at: number | undefined;
  #identity: string;
  /** Behind the last byte that is taken. */
  #used = 0;
  /** What the superblock says. */
  #end = 0;
  /** Whether that is more than what is used. */
  #hasSpare = false;

  private constructor(fd: number, path: string, identity: string) {
    super(fd, path);
    this.#identity = identity;
    this.#end_at = findEnd(fd, path);
    this.#look();
    open.set(identity, this);
  }

  /** Joins others that have opened the file; takes the descriptor over, or closes it. */
  static of(fd: number, path: string): GrowingFile {
    const identity = identityOf(fd);
    const known = open.get(identity);
    if (known === undefined) return new GrowingFile(fd, path, identity);
    closeFile(fd);
    return known;
  }

  /** Bytes of the file that nobody has used, all zeros. */
  allocate(size_bytes: number): number {
    const at = this.#used;
    this.#used += size_bytes;
    return at;
  }

  /** Makes the file as long as what was allocated. Others do not see that yet. */
  extend(): void {
    if (this.#used <= this.#end) return;
    const size_bytes = this.#used + Math.max(LEAST_STEP_BYTES, Math.ceil(this.#used / STEP));
    if (fstatSync(this.fd).size < size_bytes) this.#cut(size_bytes);
  }

  /** Tells others how long the file is, when that is durable. */
  async tell(): Promise<void> {
    if (this.#used <= this.#end) return;
    const { size } = fstatSync(this.fd);
    await this.sync([{ offset: this.#end_at!, data: numberBytes(size) }]);
    this.#end = size;
    this.#hasSpare = true;
  }

  /** Runs `replace`, which puts a copy of this file in its place, between two moments at which all arrays are flushed. */
  async whileReplaced<T>(replace: () => Promise<T>): Promise<T> {
    for (const array of this.arrays) await array.settle();
    const result = await replace();
    open.delete(this.#identity);
    this.moveTo(openFile(this.path, "r+"));
    this.#identity = identityOf(this.fd);
    open.set(this.#identity, this);
    this.#look();
    return result;
  }

  /** An array is done; the last one closes the file, without the room that was left. */
  async leave(array: GrowingArray): Promise<void> {
    this.arrays.delete(array);
    if (this.arrays.size > 0) return;
    try {
      if (this.#hasSpare && !this.hasFailed) {
        await this.sync([{ offset: this.#end_at!, data: numberBytes(this.#used) }]);
        this.#cut(this.#used);
      }
    } finally {
      this.closeIfUnused();
    }
  }

  closeIfUnused(): void {
    if (this.arrays.size > 0) return;
    open.delete(this.#identity);
    this.close();
  }

  #look(): void {
    if (this.#end_at === undefined) return;
    this.#end = numberAt(readAt(this.fd, this.#end_at, 8, this.path), 0);
    // behind the end may lie what a writer has left that was killed
    this.#used = Math.max(this.#end, fstatSync(this.fd).size);
    this.#hasSpare = false;
  }

  #cut(size: number): void {
    try {
      ftruncateSync(this.fd, size);
    } catch (error) {
      throw ioError(error, this.path);
    }
  }
}

/** The file at a path, if arrays of it are open for writing. */
export function growingAt(path: string): GrowingFile | undefined {
  for (const file of open.values()) if (file.path === path) return file;
  return undefined;
}

function identityOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}

/** @throws PersistError PERSIST_CONFLICT where the array of that name is open for writing */
export function checkNotOpen(file: GrowingFile | undefined, name: string): void {
  const same = (one: GrowingArray): boolean => plain(one.name) === plain(name);
  if (file === undefined || ![...file.arrays].some(same)) return;
  throw new PersistError(
    "PERSIST_CONFLICT",
    `${file.path}#${name} is open for writing: close it before it is replaced`,
    { file: file.path },
  );
}

function plain(name: string): string {
  return name.split("/").filter(Boolean).join("/");
}
