// Runs a job under a signal, with progress.
import { isPersistError } from "../errors.ts";
import type { Control } from "../native.ts";
import { reader } from "./reader.ts";
import type { Progress } from "./store.ts";

/** What to watch a job for. */
export interface JobOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Starts a job and waits for it. When the signal is aborted the job stops at its next piece, and the promise rejects
 * with the signal's reason. `onProgress` is called at the pace of the event loop, and a last time with everything done.
 */
export async function runJob<T>(
  options: JobOptions,
  phase: string,
  total_bytes: number,
  start: (control: Control | undefined) => Promise<T>,
): Promise<T> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  if (signal === undefined && onProgress === undefined) return start(undefined);
  const report = onProgress && ((done_bytes: number) => onProgress({ phase, done_bytes, total_bytes }));
  let reported_bytes = -1;
  const control = reader().createControl(
    report &&
      ((done_bytes) => {
        reported_bytes = done_bytes;
        report(done_bytes);
      }),
  );
  const abort = (): void => reader().abort(control);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const result = await start(control);
    if (reported_bytes < total_bytes) report?.(total_bytes);
    return result;
  } catch (error) {
    if (signal?.aborted && isPersistError(error, "PERSIST_CLOSED")) throw signal.reason;
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** The options for one job of several: progress goes on from what was done before, and no further than the job's own end. */
export function partOf<Options extends JobOptions>(
  options: Options,
  before_bytes: number,
  total_bytes: number,
): Options {
  const { onProgress } = options;
  if (onProgress === undefined) return options;
  const report = ({ phase, done_bytes, total_bytes: own_bytes }: Progress): void =>
    onProgress({ phase, done_bytes: before_bytes + Math.min(done_bytes, own_bytes), total_bytes });
  return { ...options, onProgress: report };
}
