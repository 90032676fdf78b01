// SESSION, shared by all that this handle has under way: as long as it is held, nobody takes files that are not committed yet for those of a dead writer.

import { SESSION } from "../disk/lock-bytes.ts";
import type { Lock, LockFile, LockOptions } from "../disk/lock-file.ts";

export class Session {
  readonly #locks: LockFile;
  readonly #patience: LockOptions;
  #lock: Lock | undefined;
  #members = 0;

  constructor(locks: LockFile, patience: LockOptions) {
    this.#locks = locks;
    this.#patience = patience;
  }

  /**
   * Runs something that writes files.
   * @throws PersistError PERSIST_LOCKED, PERSIST_LOCKS_UNAVAILABLE, and what `action` throws
   */
  async during<T>(action: () => Promise<T>): Promise<T> {
    this.#members++;
    try {
      await this.#enter();
      return await action();
    } finally {
      if (--this.#members === 0) {
        this.#lock?.release();
        this.#lock = undefined;
      }
    }
  }

  async #enter(): Promise<void> {
    if (this.#lock !== undefined) return;
    const lock = await this.#locks.lock(SESSION, "shared", this.#patience);
    // another may have come first meanwhile
    if (this.#lock === undefined) this.#lock = lock;
    else lock.release();
  }
}
