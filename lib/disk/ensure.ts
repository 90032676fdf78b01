// A file whose name tells its content: made where it is missing, and mended where a crash has left a part of it.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "./replace.ts";

/**
 * Sees to it that `directory/name` holds `text`. A file that holds it already is left as it is, and with `full` durability synced, since nobody knows
 * whether the one who wrote it did so; anything else is replaced, whole at every moment.
 *
 * @throws PersistError PERSIST_IO, PERSIST_DURABILITY_UNKNOWN
 */
export async function ensureFile(
  directory: string,
  name: string,
  text: string,
  durability: "full" | "process",
): Promise<void> {
  if (!(await holds(join(directory, name), text, durability)))
    await replaceFile(directory, name, text, durability);
}

async function holds(path: string, text: string, durability: "full" | "process"): Promise<boolean> {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    if (!(await handle.stat()).isFile() || (await handle.readFile("utf8")) !== text) return false;
    if (durability === "full") await handle.datasync();
    return true;
  } catch {
    return false; // what cannot be read or synced is replaced
  } finally {
    await handle.close();
  }
}
