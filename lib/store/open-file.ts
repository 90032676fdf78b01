// Opens array files of the caller's. Files that an archive names are opened beneath its directory by the addon.
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { ioError } from "../disk/io-error.ts";
import { PersistError } from "../errors.ts";

/**
 * Opens a regular file, which the caller may well name through a link. A FIFO does not hang it.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_NOT_REGULAR_FILE, PERSIST_IO.
 */
export function openFile(file: string, mode: "r" | "r+"): number {
  let fd: number;
  try {
    fd = openSync(file, (mode === "r" ? constants.O_RDONLY : constants.O_RDWR) | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "EISDIR" || code === "ENXIO" ? notRegular(file) : ioError(error, file);
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw notRegular(file);
}

function notRegular(file: string): PersistError {
  return new PersistError("PERSIST_NOT_REGULAR_FILE", `${file} is not a regular file`, { file });
}
