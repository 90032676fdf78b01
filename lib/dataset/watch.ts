// What is committed, as it happens: the system tells of every change in the directory (inotify); nothing asks again and again.

import { watchDirectory } from "../disk/watch.ts";
import type { Change } from "./state.ts";

/** What a watcher is told of the set it watches. */
export interface Watched {
  readonly directory: string;
  /** Takes what others have committed into the snapshot, and tells all listeners. */
  refresh(): Promise<void>;
  /** Adds a listener; gives what removes it. */
  listen(listener: (changes: readonly Change[]) => void): () => void;
}

/**
 * Yields what changes from now on, by this process and others. What happens faster than it is taken is told together, as the sum.
 * Ends when the signal aborts.
 */
export function watch(set: Watched, signal: AbortSignal | undefined): AsyncGenerator<Change> {
  const news = new News();
  const unlisten = set.listen((changes) => news.add(changes));
  return follow(set, news, unlisten, signal);
}

/** What has not been told yet, and whoever waits for it. */
class News {
  /** Whether someone may have committed since the last refresh. */
  isBehind = true;
  failure: { readonly error: unknown } | undefined;
  #pending: Change | undefined;
  #wake: () => void = () => {};

  add(changes: readonly Change[]): void {
    for (const change of changes)
      this.#pending = this.#pending === undefined ? change : sum(this.#pending, change);
    this.#wake();
  }

  take(): Change | undefined {
    const change = this.#pending;
    this.#pending = undefined;
    return change;
  }

  wake(): void {
    this.#wake();
  }

  async wait(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

async function* follow(
  set: Watched,
  news: News,
  unlisten: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Change> {
  const wake = (): void => news.wake();
  signal?.addEventListener("abort", wake);
  const watcher = watchDirectory(
    set.directory,
    (name) => {
      if (name !== null && !name.startsWith("_journal.") && name !== "index.js") return;
      news.isBehind = true;
      news.wake();
    },
    (error) => {
      news.failure = { error };
      news.wake();
    },
  );
  try {
    while (signal?.aborted !== true) {
      if (news.failure !== undefined) throw news.failure.error;
      if (news.isBehind) {
        news.isBehind = false;
        await set.refresh();
      }
      const change = news.take();
      if (change !== undefined) yield change;
      else if (!news.isBehind) await news.wait();
    }
  } finally {
    watcher.close();
    unlisten();
    signal?.removeEventListener("abort", wake);
  }
}

/** Two changes as one: what was put and deleted is deleted. */
function sum(first: Change, second: Change): Change {
  const put = new Set(first.put);
  const deleted = new Set(first.deleted);
  for (const name of second.deleted) {
    put.delete(name);
    deleted.add(name);
  }
  for (const name of second.put) {
    put.add(name);
    deleted.delete(name);
  }
  return { generation: second.generation, put: [...put], deleted: [...deleted] };
}
