// Puts a file in the place of another, by rename.
import { unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { temporaryName } from "../disk/replace.ts";
import { native } from "../native.ts";
import { runJob, type JobOptions } from "./job.ts";
import type { Durability } from "./store.ts";

/** How to replace a file. */
export interface ReplaceOptions extends JobOptions {
  readonly durability: Durability;
  /** Little was written: where nothing is to be synced, the rename is done at once, which takes less time than a worker's (false). */
  readonly isLittle?: boolean;
}

/**
 * Replaces `file`, atomically: a reader finds the old file or the new one, whole. Gives what `write` gives.
 *
 *  1. `write` makes `.name.<random>.tmp` beside it (with `full` durability it also syncs it), or fails and leaves nothing.
 *  2. Unless the signal says stop, that is renamed over `file`: the commit. A link there is replaced, not followed.
 *  3. With `full` durability the directory is synced.
 */
export async function replaceByRename<T>(
  file: string,
  { durability, isLittle = false, signal }: ReplaceOptions,
  write: (temporary: string) => Promise<T>,
): Promise<T> {
  const [directory, name] = [dirname(file), basename(file)];
  const temporary = temporaryName(directory, name);
  try {
    const result = await write(temporary);
    await runJob({ signal }, "commit", 0, async (control) =>
      isLittle && durability === "process"
        ? native().commitFileSync(directory, basename(temporary), name)
        : native().commitFile(directory, basename(temporary), name, durability === "full", control),
    );
    return result;
  } catch (error) {
    await unlink(temporary).catch(() => {}); // not there where it was not made, or got its name and only the sync failed
    throw error;
  }
}

/** The same for a little file: all steps in one go, at once where nothing is to be synced. */
export async function replaceLittle(
  file: string,
  job: ReplaceOptions,
  head: Uint8Array,
  data: Uint8Array,
): Promise<void> {
  const [directory, name] = [dirname(file), basename(file)];
  const temporary = basename(temporaryName(directory, name));
  await runJob(job, "write", head.byteLength + data.byteLength, async (control) => {
    if (job.durability === "full")
      await native().replaceFile(directory, temporary, name, head, data, true, control);
    else native().replaceFileSync(directory, temporary, name, head, data);
  });
}
