// Text files that are put in the place of others by rename, whole at every moment.
import { randomUUID } from "node:crypto";
import { link, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { PersistError } from "../errors.ts";
import { hasNoLinks, io } from "./io-error.ts";
import { createFile, type FileText } from "./new-file.ts";
import { confirmCommit } from "./sync.ts";

/**
 * Puts a text in the place of `directory/name`. A reader finds the old text or the new one, whole, at every moment:
 *
 *  1. The new text goes into `.name.<random>.tmp` beside it, and with `full` durability is synced.
 *  2. That is renamed over `name`: the commit. A link there is replaced, not followed.
 *  3. With `full` durability the directory is synced.
 *
 * @throws PersistError PERSIST_IO before the commit: nothing has changed. PERSIST_DURABILITY_UNKNOWN after it: the new text
 * is in place, and whether it would survive a crash is not known.
 */
export async function replaceFile(
  directory: string,
  name: string,
  text: FileText,
  durability: "full" | "process",
): Promise<void> {
  await throughTemporary(directory, name, text, durability, rename);
}

/**
 * Gives a text the name `directory/name`, which nothing must have: of two that do so at once, one wins. The same steps, but the commit is a link; where the
 * file system has no links it is a rename, and the later one wins.
 * @throws PersistError PERSIST_EXISTS; what {@link replaceFile} throws
 */
export async function placeFile(
  directory: string,
  name: string,
  text: FileText,
  durability: "full" | "process",
): Promise<void> {
  await throughTemporary(directory, name, text, durability, async (temporary, path) => {
    try {
      await link(temporary, path);
    } catch (cause) {
      if (hasNoLinks(cause)) return rename(temporary, path);
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
      throw new PersistError("PERSIST_EXISTS", `${path} was made by someone else meanwhile`, {
        file: path,
        cause,
      });
    }
    await unlink(temporary).catch(() => {}); // the commit is done: what is left goes with a later save
  });
}

async function throughTemporary(
  directory: string,
  name: string,
  text: FileText,
  durability: "full" | "process",
  commit: (temporary: string, path: string) => Promise<void>,
): Promise<void> {
  const path = join(directory, name);
  const temporary = temporaryName(directory, name);
  await createFile(temporary, text, durability);
  try {
    await io(path, commit(temporary, path));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  if (durability === "full") await confirmCommit(directory);
}

/** A path beside `name` for its next version, which nobody can foresee: `.name.<random>.tmp`. */
export function temporaryName(directory: string, name: string): string {
  // an identifier is made of random bytes that are kept in store: five times as fast as asking for 8 of them
  const random = randomUUID().replaceAll("-", "").slice(0, 16);
  return join(directory, `.${name}.${random}.tmp`);
}
