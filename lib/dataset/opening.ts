// What comes before a data set can be read: it is made where it may be, and its lock file is opened.

import { join } from "node:path";
import { exists } from "../disk/files.ts";
import { pin } from "../disk/lock-bytes.ts";
import { LockFile } from "../disk/lock-file.ts";
import { readIdentifiedText } from "../disk/read-text.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { addonIfThere } from "../native.ts";
import { createDataSet, isFree } from "./create.ts";
import { parseIndex } from "./index-module.ts";
import type { Settings } from "./options.ts";

/** Makes the set where it is missing and may be made. */
export async function makeIfMissing(directory: string, { mode, durability }: Settings): Promise<void> {
  const isThere = !(await isFree(directory));
  if (mode === "x" && isThere)
    throw new PersistError("PERSIST_EXISTS", `${directory} is there already`, { file: directory });
  if (mode === "r" || mode === "r+" || isThere) {
    if (mode !== "a" || (await exists(join(directory, "index.js")))) return;
    throw new PersistError("PERSIST_EXISTS", `${directory} is there already, and is no data set`, {
      file: directory,
    });
  }
  const isMade = await createDataSet(directory, durability === "process" ? "process" : "full");
  if (!isMade && mode === "x")
    throw new PersistError("PERSIST_EXISTS", `${directory} was made by someone else meanwhile`, {
      file: directory,
    });
}

/** A reader does without where there is no lock file, no locks, or no addon to ask for them. A writer makes the file where it is missing, but in no directory that is not a data set. */
export async function openLocks(directory: string, { mode }: Settings): Promise<LockFile | undefined> {
  const path = join(directory, "_lock");
  const isThere = await exists(path);
  if (mode !== "r") {
    const index = join(directory, "index.js");
    if (!isThere) parseIndex(await readIdentifiedText(index), index);
    return LockFile.open(path);
  }
  if (!isThere || addonIfThere() === undefined) return undefined;
  const locks = LockFile.open(path);
  try {
    locks.tryLock(pin(0), "shared")?.release();
    return locks;
  } catch (error) {
    locks.close();
    if (isPersistError(error, "PERSIST_LOCKS_UNAVAILABLE")) return undefined;
    throw error;
  }
}
