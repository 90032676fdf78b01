// Puts a file in the place of another, by rename.
import { existsSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { temporaryName } from "../disk/replace.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { native } from "../native.ts";
import { runJob, type JobOptions } from "./job.ts";
import type { Durability } from "./store.ts";

/** How to replace a file. */
export interface ReplaceOptions extends JobOptions {
  readonly durability: Durability;
  /** Little was written (false). */
  readonly isLittle?: boolean;
}

/**
 * Replaces `file`, atomically: a reader finds the old file or the new one, whole. Gives what `write` gives.
 *
 *  1. `write` makes `.name.<random>.tmp` beside it (with `full` durability it also syncs it), or fails and leaves nothing.
 *  2. Unless the signal says stop, that is renamed over `file`: the commit. A link there is replaced, not followed. Without a sync that is quicker done at once,
 *     unless a large file takes the place of one: the system then lets go of that, and writes out the other.
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
      durability === "process" && (isLittle || !existsSync(file))
        ? native().commitFileSync(directory, basename(temporary), name)
        : native().commitFile(directory, basename(temporary), name, durability === "full", control),
    );
    return result;
  } catch (error) {
    await unlink(temporary).catch(() => {}); // not there where it was not made, or got its name and only the sync failed
    throw about(file, temporary, error);
  }
}

/** What is wrong with a copy of the file, which nobody else has seen, is told of the file. */
function about(file: string, temporary: string, error: unknown): unknown {
  if (!isPersistError(error) || !error.message.includes(temporary)) return error;
  const message = error.message.replaceAll(temporary, file);
  return new PersistError(error.code, message, Object.assign({}, error, { file, cause: error }));
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
