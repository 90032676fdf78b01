// Files that are written once, whole. A file is made, and a short text handed to the system, at once: that only changes what the system has in memory, and takes less time than it takes
// to wake a thread that does it.

import { closeSync, constants, openSync, writevSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { SMALL_BYTES } from "../turn.ts";
import { dataSync, write } from "./descriptor.ts";
import { io, ioNow } from "./io-error.ts";
import { checkWritable } from "./writable.ts";

/** A text, whole or in pieces that follow each other. */
export type FileText = string | Uint8Array | readonly Uint8Array[];

/**
 * Creates a file that must not exist (a link in its place is not followed) and writes its whole text; with `full`
 * durability its content is synced. Its directory is not. When it fails, the file is removed.
 * @throws PersistError PERSIST_IO (EEXIST when there is such a file).
 */
export async function createFile(
  path: string,
  text: FileText,
  durability: "full" | "process",
): Promise<void> {
  const { synced } = await beginFile(path, text, durability);
  await synced;
}

/**
 * The same in two parts: resolves when the text is written; `synced` resolves when it is on the disk, and rejects when it cannot be, when the file is removed.
 * @throws PersistError as {@link createFile}
 */
export async function beginFile(
  path: string,
  text: FileText,
  durability: "full" | "process",
): Promise<{ synced: Promise<void> }> {
  checkWritable(path);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const fd = ioNow(path, () => openSync(path, flags, 0o666));
  try {
    await writeText(path, fd, text);
  } catch (error) {
    closeSync(fd);
    await unlink(path).catch(() => {});
    throw error;
  }
  const synced = finish(path, fd, durability);
  synced.catch(() => {}); // whoever needs it looks at it later
  return { synced };
}

async function finish(path: string, fd: number, durability: "full" | "process"): Promise<void> {
  try {
    if (durability === "full") await io(path, dataSync(fd));
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    closeSync(fd);
  }
}

async function writeText(path: string, fd: number, text: FileText): Promise<void> {
  const pieces = typeof text === "string" ? [Buffer.from(text)] : text instanceof Uint8Array ? [text] : text;
  const size_bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  let rest = pieces;
  for (let done = 0; done < size_bytes;) {
    const written =
      size_bytes <= SMALL_BYTES ? ioNow(path, () => writevSync(fd, rest)) : await io(path, write(fd, rest));
    done += written;
    rest = after(rest, written);
  }
}

/** What is left of pieces behind so many bytes. */
function after(pieces: readonly Uint8Array[], size_bytes: number): readonly Uint8Array[] {
  let whole = 0;
  let skip = size_bytes;
  while (whole < pieces.length && pieces[whole]!.length <= skip) skip -= pieces[whole++]!.length;
  const rest = pieces.slice(whole);
  if (skip > 0) rest[0] = rest[0]!.subarray(skip);
  return rest;
}
