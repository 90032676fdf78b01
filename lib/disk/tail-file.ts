// A file that grows at its end, a line at a time: read from an offset, appended to, cut, synced. Nobody but the holder of a lock writes to it.

import { constants, readSync, writeSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { PersistError } from "../errors.ts";
import { SMALL_BYTES } from "../turn.ts";
import { dataSync } from "./descriptor.ts";
import { io, ioError, ioNow } from "./io-error.ts";

/** Closes what nobody has closed. Node ends the process, or warns, where a handle is collected that is open; this one keeps it until then. */
const forgotten = new FinalizationRegistry<FileHandle>((handle) => {
  handle.close().catch(() => {});
});

export class TailFile {
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
    forgotten.register(this, handle, this);
  }

  /**
   * Opens a file that is there.
   * @throws PersistError PERSIST_NOT_FOUND, PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_IO
   */
  static async open(path: string, isWritable: boolean): Promise<TailFile> {
    const { O_RDONLY, O_RDWR, O_NONBLOCK, O_NOFOLLOW } = constants;
    const handle = await open(path, (isWritable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOFOLLOW).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "ELOOP") throw ioError(error, path);
        throw new PersistError("PERSIST_SYMLINK", `${path} is a symbolic link, which is not followed`, {
          file: path,
          cause: error,
        });
      },
    );
    const file = new TailFile(path, handle);
    try {
      if ((await io(path, handle.stat())).isFile()) return file;
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    throw new PersistError("PERSIST_NOT_REGULAR_FILE", `${path} is not a regular file`, { file: path });
  }

  /** Reads what is there from an offset on, `into.length` bytes at most; gives how many it were. Where they are fewer, there are no more. */
  async read(into: Uint8Array, offset: number): Promise<number> {
    let done = 0;
    for (let got = -1; got !== 0 && done < into.length; done += got)
      got = (await io(this.path, this.#handle.read(into, done, into.length - done, offset + done))).bytesRead;
    return done;
  }

  /** The same at once, for a few bytes: it takes some microseconds, and others wait for who asks. */
  readNow(into: Uint8Array, offset: number): number {
    const { fd } = this.#handle;
    let done = 0;
    for (let got = -1; got !== 0 && done < into.length; done += got)
      got = ioNow(this.path, () => readSync(fd, into, done, into.length - done, offset + done));
    return done;
  }

  /** Writes all bytes at an offset, in one call where the system takes them all: at once where they are few. */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    const { fd } = this.#handle;
    const isShort = bytes.length <= SMALL_BYTES;
    for (let done = 0; done < bytes.length;) {
      const [rest, at] = [bytes.length - done, offset + done];
      done += isShort
        ? ioNow(this.path, () => writeSync(fd, bytes, done, rest, at))
        : (await io(this.path, this.#handle.write(bytes, done, rest, at))).bytesWritten;
    }
  }

  /** Cuts off everything from an offset on. */
  async cut(offset: number): Promise<void> {
    await io(this.path, this.#handle.truncate(offset));
  }

  /** @throws PersistError PERSIST_DURABILITY_UNKNOWN; a second try would prove nothing */
  async sync(): Promise<void> {
    try {
      await dataSync(this.#handle.fd);
    } catch (cause) {
      throw new PersistError("PERSIST_DURABILITY_UNKNOWN", `fdatasync failed on ${this.path}`, {
        cause,
        file: this.path,
        syscall: "fdatasync",
        errno: Math.abs((cause as NodeJS.ErrnoException).errno ?? 0),
      });
    }
  }

  async close(): Promise<void> {
    forgotten.unregister(this);
    await this.#handle.close();
  }
}
