// Opens files of the caller's and reads how they begin, with Node alone.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { ioError } from "../../disk/io-error.ts";
import { PersistError } from "../../errors.ts";

/** Opens a regular file, also through a link. A FIFO does not hang it. */
export function openRegular(file: string, writable: boolean): number {
  let fd: number;
  try {
    // Windows has no such flag: there, undefined counts as 0
    fd = openSync(file, (writable ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "EISDIR" || code === "ENXIO" ? notRegular(file) : ioError(error, file);
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw notRegular(file);
}

/** How long a file is, and how many bytes of its start were read into `into`. */
export function readStart(fd: number, into: Uint8Array, file: string): [fileSize_bytes: number, got: number] {
  try {
    return [fstatSync(fd).size, readSync(fd, into, 0, into.length, 0)];
  } catch (error) {
    throw ioError(error, file);
  }
}

function notRegular(file: string): PersistError {
  return new PersistError("PERSIST_NOT_REGULAR_FILE", `${file} is not a regular file`, { file });
}
