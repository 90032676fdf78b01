// Reads a text file that anyone may have put there: no link is followed, nothing that is not a regular file is waited for, and its size is looked at
// before memory is taken.

import { isUtf8 } from "node:buffer";
import { constants, lstatSync, type BigIntStats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { PersistError } from "../errors.ts";
import { io, ioError } from "./io-error.ts";

/** The longest string that V8 can hold is a little shorter than 2^29. */
const LONGEST_BYTES = 2 ** 29;

const MARK = Buffer.from("\ufeff");

/** A text and the bytes that it was made of. */
export interface TextOfFile {
  readonly text: string;
  /** Its UTF-8, without the mark that some editors put before it. */
  readonly bytes: Buffer;
  /** What tells this file from another at its path, and from itself after a change. */
  readonly identity: string;
}

/**
 * The text of a UTF-8 file.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_LIMIT, PERSIST_FORMAT for bytes that are not UTF-8, PERSIST_IO
 */
export async function readTextFile(file: string): Promise<string> {
  return (await readIdentifiedText(file)).text;
}

/** The same, with all that may be of interest about it. */
export async function readIdentifiedText(file: string): Promise<TextOfFile> {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await open(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOTDIR")
        throw new PersistError("PERSIST_NOT_FOUND", `there is no ${file}`, { file, cause: error });
      if (error.code === "ELOOP")
        throw new PersistError("PERSIST_SYMLINK", `${file} is a symbolic link, which is not followed`, {
          file,
          cause: error,
        });
      if (error.code === "ENXIO")
        throw new PersistError("PERSIST_NOT_REGULAR_FILE", `${file} is not a regular file`, {
          file,
          cause: error,
        });
      return io(file, Promise.reject(error));
    },
  );
  try {
    const facts = await io(file, handle.stat({ bigint: true }));
    if (!facts.isFile())
      throw new PersistError("PERSIST_NOT_REGULAR_FILE", `${file} is not a regular file`, { file });
    if (facts.size > LONGEST_BYTES) {
      throw new PersistError(
        "PERSIST_LIMIT",
        `${file} has ${facts.size} bytes; a text of more than ${LONGEST_BYTES} cannot be read`,
        { file },
      );
    }
    const read = await readWhole(handle, Number(facts.size), file);
    // far quicker than a TextDecoder that refuses what is not UTF-8
    if (!isUtf8(read)) throw new PersistError("PERSIST_FORMAT", `${file} is not UTF-8 text`, { file });
    const bytes = read.subarray(0, MARK.length).equals(MARK) ? read.subarray(MARK.length) : read;
    return { text: bytes.toString(), bytes, identity: identityOf(facts) };
  } finally {
    await handle.close();
  }
}

/** As many bytes as the file had when it was looked at, or those that are left. */
async function readWhole(handle: FileHandle, size_bytes: number, file: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size_bytes);
  for (let done = 0; done < size_bytes;) {
    const { bytesRead } = await io(file, handle.read(bytes, done, size_bytes - done, done));
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}

/**
 * What {@link readIdentifiedText} would give for the file that is at a path now. At once: it takes some microseconds, and others wait for who asks.
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_IO
 */
export function identify(file: string): string {
  try {
    return identityOf(lstatSync(file, { bigint: true }));
  } catch (error) {
    throw ioError(error, file);
  }
}

function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}
