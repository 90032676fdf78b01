// Makes names durable: a file is found after a crash only if its directory was synced.
import { closeSync, openSync } from "node:fs";
import { isPersistError, PersistError } from "../errors.ts";
import { sync } from "./descriptor.ts";
import { ioNow } from "./io-error.ts";

/**
 * Syncs a directory, so that what was created, renamed or removed in it survives a crash.
 * @throws PersistError PERSIST_DURABILITY_UNKNOWN when the sync fails: what the disk holds is then not known, and a
 * second try would prove nothing. PERSIST_IO when the directory cannot be opened.
 */
export async function syncDirectory(directory: string): Promise<void> {
  const fd = ioNow(directory, () => openSync(directory, "r"));
  try {
    await sync(fd);
  } catch (cause) {
    const { errno = 0 } = cause as NodeJS.ErrnoException;
    throw new PersistError("PERSIST_DURABILITY_UNKNOWN", `fsync failed on the directory ${directory}`, {
      cause,
      file: directory,
      syscall: "fsync",
      errno: Math.abs(errno),
    });
  } finally {
    closeSync(fd);
  }
}

/**
 * Syncs a directory after a commit in it. What was committed is in place, so whatever fails leaves one question only.
 * @throws PersistError PERSIST_DURABILITY_UNKNOWN
 */
export async function confirmCommit(directory: string): Promise<void> {
  try {
    await syncDirectory(directory);
  } catch (cause) {
    if (isPersistError(cause, "PERSIST_DURABILITY_UNKNOWN")) throw cause;
    throw new PersistError(
      "PERSIST_DURABILITY_UNKNOWN",
      `the directory ${directory} could not be opened to be synced`,
      {
        cause,
        file: directory,
      },
    );
  }
}
