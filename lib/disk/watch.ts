// Changes in a directory, as the system tells of them.

import { watch } from "node:fs";
import { ioError } from "./io-error.ts";

/**
 * Calls `changed` with the name of each file that is made, changed, renamed or removed in a directory; null where the system does not say which.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_IO
 */
export function watchDirectory(
  directory: string,
  changed: (name: string | null) => void,
  failed: (error: unknown) => void,
): { close(): void } {
  try {
    const watcher = watch(directory, (_event, name) => changed(name));
    watcher.on("error", (error) => failed(ioError(error, directory)));
    return watcher;
  } catch (error) {
    throw ioError(error, directory);
  }
}
