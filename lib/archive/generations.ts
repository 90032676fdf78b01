// The files that one save after the other leaves at the same path: what is there before a save, and which files nobody can want any more after it.

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { io } from "../disk/io-error.ts";
import { readTextFile } from "../disk/read-text.ts";
import { isPersistError } from "../errors.ts";
import { modulePath, type Layout } from "./layout.ts";

/** An `import` that began before a save may still want the files of the generation that the save replaced. */
const GRACE_MS = 60_000;

/** What is at an archive's path. `text` is the module's, where there is one. */
export async function findArchive(layout: Layout): Promise<{ exists: boolean; text: string | undefined }> {
  let text: string | undefined;
  try {
    text = await readTextFile(modulePath(layout));
  } catch (error) {
    if (!isPersistError(error, "PERSIST_NOT_FOUND")) throw error;
  }
  if (text !== undefined || layout.form === "module") return { exists: text !== undefined, text };
  const entries = await readdir(layout.directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    return io(layout.directory, Promise.reject(error));
  });
  return { exists: entries !== undefined && entries.length > 0, text: undefined };
}

/**
 * Removes array files and loaders that neither the module that is there now nor the one before it (`previous`) names, if they are older than a minute.
 * Files that another program put there, under other names than ours, are left alone. Failures are: the files stay until the next save.
 */
export async function removeOldFiles(layout: Layout, previous: string): Promise<void> {
  const current = await readFile(modulePath(layout), "utf8");
  const isNamed = (file: string): boolean => current.includes(JSON.stringify(file)) || previous.includes(JSON.stringify(file));
  const arrays = await readdir(join(layout.directory, layout.arrays)).catch(() => []);
  const beside = await readdir(layout.directory).catch(() => []);
  const loader = new RegExp(`^${escape(layout.loader).replace(/_load-[0-9a-f]{6}/, "_load-[0-9a-f]{6}")}$`);
  const candidates = [
    ...arrays.filter((name) => /\.(?:npy|npz|h5)$/.test(name)).map((name) => layout.arrays + name),
    ...beside.filter((name) => loader.test(name)),
  ].filter((file) => !isNamed(file) && !isNamed(`./${file}`));
  for (const file of candidates) {
    const path = join(layout.directory, file);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.ctimeMs > GRACE_MS) await rm(path, { force: true }).catch(() => {});
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
