// Opens array files of the caller's. Files that an archive names are opened beneath its directory.
import { reader } from "./reader.ts";

/**
 * Opens a regular file, which the caller may well name through a link. A FIFO does not hang it.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_NOT_REGULAR_FILE, PERSIST_IO.
 */
export function openFile(file: string, mode: "r" | "r+"): number {
  return reader().openRegular(file, mode === "r+");
}
