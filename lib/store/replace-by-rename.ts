// Puts a file that a format writes in the place of another, by rename.
import { rename, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { io } from "../disk/io-error.ts";
import { temporaryName } from "../disk/replace.ts";
import { confirmCommit } from "../disk/sync.ts";
import type { Durability } from "./store.ts";

/**
 * Replaces `file`, atomically: a reader finds the old file or the new one, whole.
 *
 *  1. `write` makes `.name.<random>.tmp` beside it (with `full` durability it also syncs it), or fails and leaves nothing.
 *  2. Unless the signal says stop, that is renamed over `file`: the commit. A link there is replaced, not followed.
 *  3. With `full` durability the directory is synced.
 */
export async function replaceByRename(
  file: string,
  { durability, signal }: { readonly durability: Durability; readonly signal?: AbortSignal | undefined },
  write: (temporary: string) => Promise<unknown>,
): Promise<void> {
  const directory = dirname(file);
  const temporary = temporaryName(directory, basename(file));
  await write(temporary);
  try {
    signal?.throwIfAborted();
    await io(file, rename(temporary, file));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  if (durability === "full") await confirmCommit(directory);
}
