// Writes into one file of many arrays follow each other within this thread: each keeps what the one before has written.

/** Writes under way, by file. */
const underWay = new Map<string, Promise<unknown>>();

/** Runs `write` when those before it into the same file have ended, whether or not they succeeded. */
export async function afterOthers<T>(file: string, write: () => Promise<T>): Promise<T> {
  const before = underWay.get(file) ?? Promise.resolve();
  const mine = before.then(write, write);
  const settled = mine.catch(() => {});
  underWay.set(file, settled);
  try {
    return await mine;
  } finally {
    if (underWay.get(file) === settled) underWay.delete(file);
  }
}
