// A directory that appears with all that is in it, by one rename.

import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { makeDirectories } from "./directories.ts";
import { io } from "./io-error.ts";
import { temporaryName } from "./replace.ts";
import { confirmCommit, syncDirectory } from "./sync.ts";

/**
 * Makes a directory at a path where there is nothing, or an empty directory:
 *
 *  1. Create `.NAME.<random>.tmp` beside it, and let `fill` put the files into it.
 *  2. With `full` durability sync it.
 *  3. Rename it: the commit.
 *  4. With `full` durability sync the parent.
 *
 * Gives false, and leaves nothing, when someone else has made something at the path meanwhile.
 * @throws PersistError PERSIST_IO, and what `fill` throws: nothing is left. PERSIST_DURABILITY_UNKNOWN after the commit
 */
export async function newDirectory(
  path: string,
  durability: "full" | "process",
  fill: (temporary: string) => Promise<void>,
): Promise<boolean> {
  const parent = dirname(path);
  await makeDirectories(parent, durability);
  const temporary = temporaryName(parent, basename(path));
  await io(temporary, mkdir(temporary));
  let isPublished = false;
  try {
    await fill(temporary);
    if (durability === "full") await syncDirectory(temporary);
    isPublished = await rename(temporary, path).then(
      () => true,
      async (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOTEMPTY" || error.code === "EEXIST") return false;
        return io(path, Promise.reject(error));
      },
    );
  } finally {
    if (!isPublished) await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
  if (isPublished && durability === "full") await confirmCommit(parent);
  return isPublished;
}
