// New steps as they appear.

import { DirectoryNews } from "../disk/watch.ts";
import { listSteps } from "./steps.ts";

/** Yields each step that is published from now on. Steps that come and go faster than they are taken are not told. Ends when the signal aborts. */
export async function* followSteps(
  directory: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<number> {
  const news = new DirectoryNews(directory, () => true, signal);
  try {
    const known = new Set(await listSteps(directory));
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
