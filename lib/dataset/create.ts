// A new data set, with nothing in it.

import { join } from "node:path";
import { factsOf, listDirectory } from "../disk/files.ts";
import { newDirectory } from "../disk/new-directory.ts";
import { createFile } from "../disk/new-file.ts";
import { indexText } from "./index-module.ts";
import { ItemMap } from "./item-map.ts";
import { journalName } from "./names.ts";
import { State } from "./state.ts";

/** Items are modules, wherever they are imported from. */
export const PACKAGE_JSON: string = `${JSON.stringify({ type: "module", main: "./index.js" }, null, 2)}\n`;

/** Whether there is nothing at a path, or an empty directory. */
export async function isFree(path: string): Promise<boolean> {
  const facts = await factsOf(path);
  return facts === undefined || (!facts.isFile && (await listDirectory(path)).length === 0);
}

/**
 * Makes a data set at a path that is free, whole or not at all. Gives false when someone else has made something there meanwhile.
 * @throws PersistError PERSIST_IO, PERSIST_DURABILITY_UNKNOWN
 */
export async function createDataSet(path: string, durability: "full" | "process"): Promise<boolean> {
  const state = new State(1, 0, new ItemMap(), new Map(), []);
  return newDirectory(path, durability, async (temporary) => {
    await createFile(join(temporary, "package.json"), PACKAGE_JSON, durability);
    await createFile(join(temporary, journalName(1)), "", durability);
    await createFile(join(temporary, "index.js"), await indexText(state, 1, 0), durability);
  });
}
