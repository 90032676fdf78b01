// Waiting for news of a directory: the system tells of every change in it (inotify), others may tell of theirs, and nothing asks again and again.

import { watch, type FSWatcher } from "node:fs";
import { ioError } from "./io-error.ts";

/** Tells whether there is news since the last time it was asked. There is at first: who begins to watch looks at what is there. */
export class DirectoryNews {
  readonly #watcher: FSWatcher;
  readonly #signal: AbortSignal | undefined;
  /** Whoever was reading may never ask again, and an open watcher would keep the process from ending. */
  readonly #onAbort = (): void => {
    this.close();
    this.#wake();
  };
  #isThere = true;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  /**
   * @param isNews whether a change of the file with this name is of interest; null where the system does not say which it was
   * @param signal ends the wait
   * @throws PersistError PERSIST_NOT_FOUND, PERSIST_IO
   */
  constructor(directory: string, isNews: (name: string | null) => boolean, signal: AbortSignal | undefined) {
    try {
      this.#watcher = watch(directory, (_event, name) => {
        if (isNews(name)) this.tell();
      });
    } catch (error) {
      throw ioError(error, directory);
    }
    this.#watcher.on("error", (error) => {
      this.#failure = { error: ioError(error, directory) };
      this.#wake();
    });
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
  }

  /** There is news from elsewhere. */
  tell(): void {
    this.#isThere = true;
    this.#wake();
  }

  /**
   * Resolves with true when there is news, with false when the signal has aborted.
   * @throws PersistError PERSIST_IO
   */
  async next(): Promise<boolean> {
    for (;;) {
      if (this.#signal?.aborted === true) return false;
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isThere) {
        this.#isThere = false;
        return true;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#watcher.close();
  }
}
