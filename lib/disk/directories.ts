// Makes directories that are found again after a crash.

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { io } from "./io-error.ts";
import { syncDirectory } from "./sync.ts";

/**
 * Creates a directory and what is missing above it; with `full` durability the name of each new one is synced. Does nothing where it is there already.
 *
 * @param path absolute and normal, as `resolve` gives it
 * @throws PersistError PERSIST_IO; PERSIST_DURABILITY_UNKNOWN
 */
export async function makeDirectories(path: string, durability: "full" | "process"): Promise<void> {
  const first = await io(path, mkdir(path, { recursive: true }));
  if (first === undefined || durability !== "full") return;
  for (let made = path; ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}
