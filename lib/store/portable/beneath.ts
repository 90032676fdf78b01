// Opens a file beneath a directory by its path. The addon goes from directory to directory by their descriptors, and cannot be deceived by someone who
// exchanges one for a link meanwhile; Node has no such calls.
import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from "node:fs";
import { ioError } from "../../disk/io-error.ts";
import { PersistError } from "../../errors.ts";

/**
 * Opens a regular file for reading.
 * @throws PersistError PERSIST_PATH_ESCAPE, PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_NOT_FOUND, PERSIST_IO
 */
export function openBeneath(directory: string, file: string): number {
  let path = directory;
  const parts = componentsOf(directory, file);
  for (const [k, part] of parts.entries()) {
    path += `/${part}`;
    checkKind(lookAt(path), path, k === parts.length - 1);
  }
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  let fd: number;
  try {
    // Windows has neither flag: there, undefined counts as 0.
    fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ELOOP" ? linkError(path) : ioError(error, path);
  }
  try {
    checkKind(fstatSync(fd), path, true);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The components of a relative path. On Windows, what could mean another drive or directory there is refused as well. */
function componentsOf(directory: string, file: string): string[] {
  const escape = (why: string): PersistError =>
    new PersistError("PERSIST_PATH_ESCAPE", `the file "${file}" is refused: ${why}`, {
      file: `${directory}/${file}`,
    });
  if (file.includes("\0")) throw escape("its name holds a zero byte");
  if (file === "" || file.startsWith("/")) throw escape("a path relative to the archive is expected");
  if (process.platform === "win32" && /[\\:]/.test(file))
    throw escape("its name holds a backslash or a colon");
  const parts = file.split("/");
  if (parts.includes("..")) throw escape("it would leave the archive's directory");
  if (parts.at(-1) === "") throw escape("it names a directory");
  const real = parts.filter((part) => part !== "" && part !== ".");
  if (real.length === 0) throw escape("it names the archive's directory itself");
  return real;
}

function lookAt(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    throw ioError(error, path);
  }
}

function checkKind(facts: Stats, path: string, last: boolean): void {
  if (facts.isSymbolicLink()) throw linkError(path);
  if (last ? facts.isFile() : facts.isDirectory()) return;
  const what = last ? "a regular file" : "a directory";
  throw new PersistError("PERSIST_NOT_REGULAR_FILE", `${path} is not ${what}`, { file: path });
}

function linkError(path: string): PersistError {
  return new PersistError("PERSIST_SYMLINK", `${path} is a symbolic link; links are not followed`, {
    file: path,
  });
}
