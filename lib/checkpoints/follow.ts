// New steps as they appear: the system tells of each rename in the directory; nothing asks again and again.

import { watchDirectory } from "../disk/watch.ts";
import { listSteps } from "./steps.ts";

/** Yields each step that is published from now on. Steps that come and go faster than they are taken are not told. Ends when the signal aborts. */
export async function* followSteps(
  directory: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<number> {
  let isBehind = true;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => {};
  const watcher = watchDirectory(
    directory,
    () => {
      isBehind = true;
      wake();
    },
    (error) => {
      failure = { error };
      wake();
    },
  );
  const onAbort = (): void => wake();
  signal?.addEventListener("abort", onAbort);
  try {
    const known = new Set(await listSteps(directory));
    while (signal?.aborted !== true) {
      if (failure !== undefined) throw failure.error;
      if (!isBehind) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      isBehind = false;
      for (const step of await listSteps(directory)) {
        if (known.has(step)) continue;
        known.add(step);
        yield step;
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    watcher.close();
  }
}
