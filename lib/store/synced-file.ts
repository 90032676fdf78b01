// An open file that is written a part at a time, and synced where it must be.
import { PersistError, isPersistError } from "../errors.ts";
import { native } from "../native.ts";
import { closeFile } from "./open-file.ts";

/** Bytes, and where they belong. */
export interface FileRange {
  readonly offset: number;
  readonly data: Uint8Array;
}

export class SyncedFile {
  readonly path: string;
  #fd: number;
  /** A sync that has failed: what the disk holds is not known, and a second try would prove nothing. */
  #failed: PersistError | undefined;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.path = path;
  }

  get fd(): number {
    return this.#fd;
  }

  /** Whether a sync has failed: nothing is to be written any more. */
  get hasFailed(): boolean {
    return this.#failed !== undefined;
  }

  /** @throws PersistError PERSIST_DURABILITY_UNKNOWN after a sync that has failed */
  check(): void {
    if (this.#failed !== undefined) throw this.#failed;
  }

  async write(ranges: FileRange[]): Promise<void> {
    await native().writeOpenRanges(this.#fd, this.path, ranges, false, undefined);
  }

  /** Writes, and returns when that and all before it is on the disk. Throws PERSIST_DURABILITY_UNKNOWN, PERSIST_IO. */
  async sync(ranges: FileRange[]): Promise<void> {
    this.check();
    try {
      await native().writeOpenRanges(this.#fd, this.path, ranges, true, undefined);
    } catch (cause) {
      if (!isPersistError(cause) || cause.syscall !== "fdatasync") throw cause;
      this.#failed = new PersistError(
        "PERSIST_DURABILITY_UNKNOWN",
        `fdatasync failed on ${this.path}: what was written since the last flush may be lost`,
        {
          cause,
          file: this.path,
          syscall: "fdatasync",
          ...(cause.errno === undefined ? {} : { errno: cause.errno }),
        },
      );
      throw this.#failed;
    }
  }

  /** Goes on in a copy of the file, which has taken its place. */
  moveTo(fd: number): void {
    closeFile(this.#fd);
    this.#fd = fd;
  }

  close(): void {
    closeFile(this.#fd);
  }
}
