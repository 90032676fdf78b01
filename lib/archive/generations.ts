// The files that one save after the other leaves at the same path: what is there before a save, and which files nobody can want any more after it.
// Nothing here undoes a save: what cannot be removed stays until the next one.

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { io } from "../disk/io-error.ts";
import { readTextFile } from "../disk/read-text.ts";
import { isPersistError } from "../errors.ts";
import { ARCHIVE_LINE } from "./first-line.ts";
import { modulePath, type Layout } from "./layout.ts";
import { GRACE_MS, leftoversIn } from "./leftovers.ts";

/**
 * What is at an archive's path. `text` is the module's, where it is an archive's: it is never replaced where it is anything else.
 * @throws PersistError PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_IO
 */
export async function findArchive(layout: Layout): Promise<{ exists: boolean; text: string | undefined }> {
  let text: string | undefined;
  try {
    text = await readTextFile(modulePath(layout));
  } catch (error) {
    if (!isPersistError(error, "PERSIST_NOT_FOUND")) throw error;
  }
  if (text !== undefined) return { exists: true, text: ARCHIVE_LINE.test(text) ? text : undefined };
  if (layout.form === "module") return { exists: false, text };
  const entries = await readdir(layout.directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    // it is a file, or something above it is
    if (error.code === "ENOTDIR")
      return stat(layout.path).then(
        () => [layout.path],
        () => [],
      );
    return io(layout.directory, Promise.reject(error));
  });
  return { exists: entries.length > 0, text };
}

/**
 * Removes array files and loaders that neither the module that is there now nor the one before it (`previous`) nor a backup names, if they are older than a minute.
 * Files that another program put there, under other names than ours, are left alone.
 */
export async function removeOldFiles(layout: Layout, previous: string): Promise<void> {
  const arrays = await readdir(join(layout.directory, layout.arrays)).catch(() => []);
  const beside = await leftoversIn(layout.directory);
  const loader = new RegExp(`^${escape(layout.loader).replace(/_load-[0-9a-f]{6}/, "_load-[0-9a-f]{6}")}$`);
  const files = [
    ...arrays.filter((name) => /\.(?:npy|npz|h5)$/.test(name)).map((name) => layout.arrays + name),
    ...beside.filter((name) => loader.test(name)),
  ];
  const old: string[] = [];
  for (const file of files) {
    const facts = await stat(join(layout.directory, file)).catch(() => undefined);
    if (facts !== undefined && isOld(facts.ctimeMs)) old.push(file);
  }
  // modules may be large, and are read only when there is something to be looked for in them
  if (old.length === 0) return;
  const current = await readFile(modulePath(layout), "utf8").catch(() => undefined);
  if (current === undefined) return;
  const backup = await readFile(join(layout.directory, layout.backup), "utf8").catch(
    (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? "" : undefined),
  );
  if (backup === undefined) return;
  const isNamed = (file: string): boolean =>
    [file, escapeInString(file), encodeURIComponent(file)].some((form) =>
      [current, previous, backup].some((text) => text.includes(form)),
    );
  for (const file of old)
    if (!isNamed(file)) await rm(join(layout.directory, file), { force: true }).catch(() => {});
}

/** Removes what saves of such names in `directory` left under temporary ones when they were killed, if nothing in it was touched for a minute. */
export async function removeOldTemporaries(directory: string, names: readonly string[]): Promise<void> {
  const ours = new RegExp(`^\\.(?:${names.map(escape).join("|")})\\.[0-9a-f]{16}\\.tmp$`);
  for (const entry of await leftoversIn(directory)) {
    if (!ours.test(entry)) continue;
    const path = join(directory, entry);
    // a file, or a directory with all that is in it
    const inside = await readdir(path, { recursive: true }).catch(() => []);
    const facts = await Promise.all(
      [path, ...inside.map((file) => join(path, file))].map((file) => stat(file).catch(() => undefined)),
    );
    if (facts.every((one) => one !== undefined && isOld(one.ctimeMs)))
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

function isOld(time_ms: number): boolean {
  return Date.now() - time_ms > GRACE_MS;
}

/** A file's name as it stands between quotes. */
function escapeInString(file: string): string {
  return JSON.stringify(file).slice(1, -1);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
