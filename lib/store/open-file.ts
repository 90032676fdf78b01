// Opens and closes array files: those of the caller's by their paths, those that an archive names beneath its directory.
import { closeSync } from "node:fs";
import { addonIfThere, native } from "../native.ts";
import { reader } from "./reader.ts";

/** Descriptors that the addon has opened. In a worker thread Node warns of what it closes and has not opened, so the addon closes them, too. */
const ofTheAddon = new Set<number>();

/**
 * Opens a regular file, which the caller may well name through a link. A FIFO does not hang it. {@link closeFile} closes it.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_NOT_REGULAR_FILE, PERSIST_IO.
 */
export function openFile(file: string, mode: "r" | "r+"): number {
  return opened(reader().openRegular(file, mode === "r+"));
}

/**
 * Opens a regular file beneath a directory, following no link on the way. {@link closeFile} closes it.
 * @throws PersistError PERSIST_PATH_ESCAPE, PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_NOT_FOUND, PERSIST_IO; PERSIST_NO_ADDON for writing.
 */
export function openFileBeneath(directory: string, file: string, writable: boolean): number {
  return opened((writable ? native() : reader()).openBeneath(directory, file, writable));
}

function opened(fd: number): number {
  if (addonIfThere() !== undefined) ofTheAddon.add(fd);
  return fd;
}

/** Closes a file, whoever has opened it. */
export function closeFile(fd: number): void {
  if (ofTheAddon.delete(fd)) native().closeFile(fd);
  else closeSync(fd);
}
