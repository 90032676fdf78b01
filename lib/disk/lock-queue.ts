// The queue within this thread, which comes before the system's locks: first come, first served. Only whoever's turn it is asks the system, so that
// thousands of waiting callers need one thread of the addon. (The threads of a process are to each other what processes are: only the system parts them.)

/** A place in the queue. */
export interface Turn {
  /** Whether it has come. */
  readonly come: boolean;
  /** Leaves the queue, or makes way for the next. */
  leave(): void;
}

interface Entry {
  readonly exclusive: boolean;
  readonly start: () => void;
}

interface Queue {
  readonly holders: Set<Entry>;
  readonly waiting: Set<Entry>;
}

const queues = new Map<string, Queue>();

/**
 * Takes a place at the end of the queue of `key`. `start` is called when the turn comes: during this call where nobody is in the way. Those that share
 * have their turns together.
 */
export function takeTurn(key: string, exclusive: boolean, start: () => void): Turn {
  let queue = queues.get(key);
  if (queue === undefined) queues.set(key, (queue = { holders: new Set(), waiting: new Set() }));
  const { holders, waiting } = queue;
  const entry: Entry = { exclusive, start };
  waiting.add(entry);
  advance(queue);
  return {
    get come() {
      return holders.has(entry);
    },
    leave() {
      if (!holders.delete(entry) && !waiting.delete(entry)) return;
      if (holders.size === 0 && waiting.size === 0) queues.delete(key);
      else advance({ holders, waiting });
    },
  };
}

function advance({ holders, waiting }: Queue): void {
  for (const entry of waiting) {
    const [holder] = holders;
    if (holder !== undefined && (entry.exclusive || holder.exclusive)) return;
    waiting.delete(entry);
    holders.add(entry);
    entry.start();
  }
}
