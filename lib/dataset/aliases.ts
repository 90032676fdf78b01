// The aliases: `x_1.js` is another name of the current version of x_1, so that it can be imported by a name that stays. They follow the journal, and are put right
// from it after a crash. What a person has made of an alias is not overwritten then.

import { join } from "node:path";
import {
  exists,
  existsNow,
  factsOf,
  isSameContent,
  isSameFile,
  listDirectory,
  removeFile,
} from "../disk/files.ts";
import { linkOver } from "../disk/links.ts";
import { aliasOf } from "./names.ts";
import type { State } from "./state.ts";

/** Who has the place of an alias: a file of someone else's, or that of a name which the file system takes for the same. */
export type Occupant = "foreign" | "folded" | undefined;

/** Makes the alias of an item what the state says, whatever it was: right after a commit. */
export async function follow(directory: string, state: State, name: string): Promise<void> {
  const item = state.items.get(name);
  if (item !== undefined) return linkOver(directory, item.files[0]![0], aliasOf(name));
  await removeFile(join(directory, aliasOf(name)));
}

/**
 * The same where a writer may have died before it could: what is neither missing nor the alias of an older version is left alone. Gives whether anything was done.
 * @param before called before something is done
 */
export async function restore(
  directory: string,
  state: State,
  name: string,
  before: () => Promise<void> = async () => {},
): Promise<boolean> {
  const path = join(directory, aliasOf(name));
  const item = state.items.get(name);
  if (item !== undefined && (await isSameFile(path, join(directory, item.files[0]![0])))) return false;
  const isWanted = (await exists(path)) ? await isOlder(directory, state, name) : item !== undefined;
  if (!isWanted) return false;
  await before();
  await follow(directory, state, name);
  return true;
}

/** Whether an alias is that of a version which the item has no more: superseded, or that of another item, to which this one was renamed. */
async function isOlder(directory: string, state: State, name: string): Promise<boolean> {
  const path = join(directory, aliasOf(name));
  const facts = await factsOf(path);
  const renamed = [...state.unlinked.keys()].flatMap(
    (other) => state.items.get(other)?.files.slice(0, 1) ?? [],
  );
  for (const [version, size_bytes] of [...state.superseded.map(({ files }) => files[0]!), ...renamed]) {
    if (size_bytes === facts?.size_bytes && (await isSameContent(path, join(directory, version))))
      return true;
  }
  return false;
}

/** Who is in the way of an alias that does not exist yet. */
export async function occupantOf(directory: string, name: string): Promise<Occupant> {
  if (!existsNow(join(directory, aliasOf(name)))) return undefined;
  return (await listDirectory(directory)).includes(aliasOf(name)) ? "foreign" : "folded";
}

/** Whether the file system takes names for the same that differ by case: it does if it finds our own in capitals. */
export async function foldsNames(directory: string): Promise<boolean> {
  return isSameFile(join(directory, "package.json"), join(directory, "PACKAGE.JSON"));
}
