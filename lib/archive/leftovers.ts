// What saves may have left in a directory: temporary files and directories, and loaders of other versions. In a directory of many archives a save that looked through
// all of it would take longer with each; so a large one is looked through once a minute, and what is younger than that is not removed anyway.
import { readdir } from "node:fs/promises";
import { loaderName } from "../store/loader.ts";

/** An `import` that began before a save may still want the files of the generation that the save replaced; and a save may be under way. */
export const GRACE_MS = 60_000;

const TEMPORARY = /^\..*\.[0-9a-f]{16}\.tmp$/;
const LOADER = /_load-[0-9a-f]{6}\./;
/** Entries that are looked through each time. */
const FEW_ENTRIES = 100;
/** Large directories that are remembered, those of the last saves. */
const MOST_DIRECTORIES = 16;

interface Seen {
  readonly at_ms: number;
  readonly names: readonly string[];
}
const seen = new Map<string, Seen>();

/** Names that may be leftovers, of any archive; one that has appeared within the last minute may be missing. None where the directory cannot be read. */
export async function leftoversIn(directory: string): Promise<readonly string[]> {
  const at_ms = performance.now();
  const before = seen.get(directory);
  if (before !== undefined && at_ms - before.at_ms < GRACE_MS) return before.names;
  const entries = await readdir(directory).catch(() => []);
  const today = loaderName("package").replace(/js$/, "");
  const isOld = (name: string): boolean => LOADER.test(name) && !name.includes(today);
  const names = entries.filter((name) => TEMPORARY.test(name) || isOld(name));
  seen.delete(directory);
  if (entries.length > FEW_ENTRIES) seen.set(directory, { at_ms, names });
  if (seen.size > MOST_DIRECTORIES) seen.delete(seen.keys().next().value!);
  return names;
}
