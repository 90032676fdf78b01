// Locks for programs of any kind: one lock in one file.

import { resolve } from "node:path";
import { WRITE } from "./lock-bytes.ts";
import { LockFile, type Lock, type LockMode, type LockOptions } from "./lock-file.ts";
import { toPath } from "./path.ts";

/** Options of {@link lockFile}. */
export interface LockFileOptions extends LockOptions {
  /** `exclusive` (default): nobody else; `shared`: nobody who wants it exclusively. */
  mode?: LockMode;
}

/**
 * Locks a file, against every other process and thread that does so, and every other caller in this one. The file is made where it is missing, and never deleted or
 * replaced: leave it where it is. What is in a file of yours is not touched; a file that was empty gets some lines that tell people who held it last. The lock ends with
 * `release()`, or with the process or worker thread, however that ends; not by garbage collection. Whoever waits is served before those that come later, so
 * readers do not keep a writer out.
 *
 *     using lock = await lockFile("results.lock");
 *
 * @throws PersistError PERSIST_LOCKED after `timeout_ms` (10,000 when absent), with the holder as far as it is known; PERSIST_LOCKS_UNAVAILABLE where the file
 * system has no locks; PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_NOT_FOUND where the directory is missing, PERSIST_READ_ONLY, PERSIST_IO;
 * the signal's reason
 */
export async function lockFile(path: string | URL, options: LockFileOptions = {}): Promise<Lock> {
  const { mode = "exclusive" } = options;
  const file = LockFile.open(resolve(toPath(path)));
  try {
    await file.lock(WRITE, mode, options);
    return closing(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The same without waiting: null where somebody else is in the way. */
export function tryLockFile(path: string | URL, options: { mode?: LockMode } = {}): Lock | null {
  const { mode = "exclusive" } = options;
  const file = LockFile.open(resolve(toPath(path)));
  try {
    if (file.tryLock(WRITE, mode) !== null) return closing(file);
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return null;
}

/** A file's only lock: what releases it closes the file. */
function closing(file: LockFile): Lock {
  const release = (): void => file.close();
  return { release, [Symbol.dispose]: release };
}
