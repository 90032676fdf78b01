// Makes directories that are found again after a crash.

import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ioError } from "./io-error.ts";
import { syncDirectory } from "./sync.ts";
import { checkWritable } from "./writable.ts";

/**
 * Creates a directory and what is missing above it; with `full` durability the name of each new one is synced. Does nothing where it is there already.
 * (Node's own recursive `mkdir` reports a full disk as a missing directory.)
 *
 * @param path absolute and normal, as `resolve` gives it
 * @throws PersistError PERSIST_IO; PERSIST_DURABILITY_UNKNOWN
 */
export async function makeDirectories(path: string, durability: "full" | "process"): Promise<void> {
  checkWritable(path);
  const missing = [path];
  while (missing.length > 0) {
    const next = missing.at(-1)!;
    const error = await mkdir(next).then(
      () => undefined,
      (failure: NodeJS.ErrnoException) => failure,
    );
    if (error?.code === "ENOENT" && dirname(next) !== next) {
      missing.push(dirname(next));
      continue;
    }
    if (error !== undefined && !(error.code === "EEXIST" && (await isDirectory(next))))
      throw ioError(error, next);
    if (error === undefined && durability === "full") await syncDirectory(dirname(next));
    missing.pop();
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
