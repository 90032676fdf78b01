// What is committed, as it happens.

import { DirectoryNews } from "../disk/watch.ts";
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
  const untold = new Untold();
  const unlisten = set.listen((changes) => untold.add(changes));
  return follow(set, untold, unlisten, signal);
}

/** What has happened and was not told yet. */
class Untold {
  /** Called when there is more. */
  onMore: () => void = () => {};
  #sum: Change | undefined;

  add(changes: readonly Change[]): void {
    for (const change of changes) this.#sum = this.#sum === undefined ? change : sum(this.#sum, change);
    this.onMore();
  }

  take(): Change | undefined {
    const change = this.#sum;
    this.#sum = undefined;
    return change;
  }
}

async function* follow(
  set: Watched,
  untold: Untold,
  unlisten: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Change> {
  const isCommit = (name: string | null): boolean =>
    name === null || name.startsWith("_journal.") || name === "index.js";
  const news = new DirectoryNews(set.directory, isCommit, signal);
  untold.onMore = () => news.tell();
  try {
    while (await news.next()) {
      if (signal?.aborted === true) return; // right after it was found out that there is news
      await set.refresh();
      const change = untold.take();
      if (change !== undefined) yield change;
    }
  } finally {
    news.close();
    unlisten();
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
