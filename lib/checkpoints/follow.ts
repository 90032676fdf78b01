// New steps as they appear.

import { DirectoryNews } from "../disk/watch.ts";
import { listSteps, listStepsNow } from "./steps.ts";

/** Yields each step that is published after the call. Steps that come and go faster than they are taken are not told. Ends when the signal aborts. */
export function followSteps(directory: string, signal: AbortSignal): AsyncGenerator<number> {
  const before = listStepsNow(directory);
  before.catch(() => {}); // it is told to whoever asks for the first step
  return follow(directory, before, signal);
}

async function* follow(
  directory: string,
  before: Promise<readonly number[]>,
  signal: AbortSignal,
): AsyncGenerator<number> {
  const news = new DirectoryNews(directory, () => true, signal);
  try {
    const known = new Set(await before);
    while (await news.next()) {
      for (const step of await listSteps(directory)) {
        if (known.has(step)) continue;
        known.add(step);
        yield step;
      }
    }
  } finally {
    news.close();
  }
}
