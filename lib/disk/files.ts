// Small operations on files by their paths.

import { lstatSync } from "node:fs";
import { lstat, readdir, readFile, unlink } from "node:fs/promises";
import { io, ioError } from "./io-error.ts";

/** Whether there is something at a path; a link counts by itself. */
export async function exists(path: string): Promise<boolean> {
  return (await factsOf(path)) !== undefined;
}

/** The same at once: it takes some microseconds, and others wait for who asks. */
export function existsNow(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw ioError(error, path);
  }
}

/** A file's facts; undefined where there is none. Links are not followed. Its time is in whole milliseconds, as `Date.now()` is: what is there is never of the future. */
export async function factsOf(
  path: string,
): Promise<{ size_bytes: number; ctime_ms: number; isFile: boolean; identity: string } | undefined> {
  try {
    const facts = await lstat(path);
    return {
      size_bytes: facts.size,
      ctime_ms: Math.floor(facts.ctimeMs),
      isFile: facts.isFile(),
      identity: `${facts.dev}:${facts.ino}`,
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw ioError(error, path);
  }
}

/** Removes a file, if there is one. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw ioError(error, path);
  }
}

/** The names in a directory; none where there is no such directory. */
export async function listDirectory(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw ioError(error, path);
  }
}

/** Whether two paths are of one file. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([factsOf(one), factsOf(other)]);
  return a !== undefined && a.identity === b?.identity;
}

/** Whether two paths are of one file, or of files with the same bytes. */
export async function isSameContent(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([factsOf(one), factsOf(other)]);
  if (a?.isFile !== true || b?.isFile !== true || a.size_bytes !== b.size_bytes) return false;
  if (a.identity === b.identity) return true;
  return (await io(one, readFile(one))).equals(await io(other, readFile(other)));
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
