// A second name for a file: a hard link, or a copy where the file system has no links. A link is made at once: it takes ten microseconds, and to wake a thread that makes it
// five times as many.

import { constants, linkSync } from "node:fs";
import { copyFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { isSameFile } from "./files.ts";
import { hasNoLinks, io, ioError } from "./io-error.ts";
import { temporaryName } from "./replace.ts";

/**
 * Makes `name` another name of `target`; both are in `directory`. Whatever `name` was before is replaced, at one moment. A name that is this file already
 * is left alone: `rename` between two links of one file does nothing.
 * @throws PersistError PERSIST_IO
 */
export async function linkOver(directory: string, target: string, name: string): Promise<void> {
  const from = join(directory, target);
  const path = join(directory, name);
  if (link(from, path) ?? (await copy(from, path))) return;
  if (await isSameFile(from, path)) return;
  const temporary = temporaryName(directory, name);
  try {
    if (link(from, temporary) === undefined) await copy(from, temporary);
    await io(path, rename(temporary, path));
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

/** Gives false, and does nothing, when there is something at `path`; undefined where links cannot be made. */
function link(target: string, path: string): boolean | undefined {
  try {
    linkSync(target, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    if (hasNoLinks(error)) return undefined;
    throw ioError(error, path);
  }
}

/** Gives false, and does nothing, when there is something at `path`. */
async function copy(target: string, path: string): Promise<boolean> {
  try {
    await copyFile(target, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    await unlink(path).catch(() => {});
    throw ioError(error, path);
  }
}
