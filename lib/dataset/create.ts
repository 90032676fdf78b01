// A new data set, with nothing in it: built under another name, and published by one rename, like a new archive.

import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeDirectories } from "../disk/directories.ts";
import { io } from "../disk/io-error.ts";
import { createFile, temporaryName } from "../disk/replace.ts";
import { confirmCommit, syncDirectory } from "../disk/sync.ts";
import { indexText } from "./index-module.ts";
import { journalName } from "./names.ts";
import { State } from "./state.ts";

const PACKAGE_JSON = `${JSON.stringify({ type: "module", main: "./index.js" }, null, 2)}\n`;

/** Whether there is nothing at a path, or an empty directory. */
export async function isFree(path: string): Promise<boolean> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    return io(path, Promise.reject(error));
  });
  if (facts === undefined) return true;
  return facts.isDirectory() && (await io(path, readdir(path))).length === 0;
}

/**
 * Makes a data set at a path that is free, whole or not at all. Gives false when someone else has made something there meanwhile.
 * @throws PersistError PERSIST_IO, PERSIST_DURABILITY_UNKNOWN
 */
export async function createDataSet(path: string, durability: "full" | "process"): Promise<boolean> {
  const parent = dirname(path);
  await makeDirectories(parent, durability);
  const temporary = temporaryName(parent, basename(path));
  await io(temporary, mkdir(temporary));
  try {
    const state = new State(1, 0, new Map(), new Map(), []);
    await createFile(join(temporary, "package.json"), PACKAGE_JSON, durability);
    await createFile(join(temporary, journalName(1)), "", durability);
    await createFile(join(temporary, "index.js"), await indexText(state, 1, 0), durability);
    if (durability === "full") await syncDirectory(temporary);
    const isPublished = await rename(temporary, path).then(
      () => true,
      async (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOTEMPTY" || error.code === "EEXIST") return false;
        return io(path, Promise.reject(error));
      },
    );
    if (!isPublished) {
      await rm(temporary, { recursive: true, force: true });
      return false;
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
  if (durability === "full") await confirmCommit(parent);
  return true;
}
