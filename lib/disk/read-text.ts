// Reads a text file that anyone may have put there: no link is followed, nothing that is not a regular file is waited for, and its size is looked at
// before memory is taken.

import { isUtf8 } from "node:buffer";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  read,
  readSync,
  type BigIntStats,
} from "node:fs";
import { promisify } from "node:util";
import { PersistError } from "../errors.ts";
import { inTurn, SMALL_BYTES } from "../turn.ts";
import { io, ioError, ioNow } from "./io-error.ts";

const readLater = promisify(read);

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
  await inTurn();
  const fd = openText(file);
  try {
    const facts = ioNow(file, () => fstatSync(fd, { bigint: true }));
    if (!facts.isFile())
      throw new PersistError("PERSIST_NOT_REGULAR_FILE", `${file} is not a regular file`, { file });
    if (facts.size > LONGEST_BYTES) {
      throw new PersistError(
        "PERSIST_LIMIT",
        `${file} has ${facts.size} bytes; a text of more than ${LONGEST_BYTES} cannot be read`,
        { file },
      );
    }
    const whole = await readWhole(fd, Number(facts.size), file);
    // far quicker than a TextDecoder that refuses what is not UTF-8
    if (!isUtf8(whole)) throw new PersistError("PERSIST_FORMAT", `${file} is not UTF-8 text`, { file });
    const bytes = whole.subarray(0, MARK.length).equals(MARK) ? whole.subarray(MARK.length) : whole;
    return { text: bytes.toString(), bytes, identity: identityOf(facts) };
  } finally {
    closeSync(fd);
  }
}

function openText(file: string): number {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  try {
    return openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch (cause) {
    switch ((cause as NodeJS.ErrnoException).code) {
      case "ENOTDIR":
        throw new PersistError("PERSIST_NOT_FOUND", `there is no ${file}`, { file, cause });
      case "ELOOP":
        throw new PersistError("PERSIST_SYMLINK", `${file} is a symbolic link, which is not followed`, {
          file,
          cause,
        });
      case "ENXIO":
        throw new PersistError("PERSIST_NOT_REGULAR_FILE", `${file} is not a regular file`, { file, cause });
      default:
        throw ioError(cause, file);
    }
  }
}

/** As many bytes as the file had when it was looked at, or those that are left. */
async function readWhole(fd: number, size_bytes: number, file: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size_bytes);
  for (let done = 0; done < size_bytes;) {
    const rest = [bytes, done, size_bytes - done, done] as const;
    const got =
      size_bytes <= SMALL_BYTES
        ? ioNow(file, () => readSync(fd, ...rest))
        : (await io(file, readLater(fd, ...rest))).bytesRead;
    if (got === 0) return bytes.subarray(0, done);
    done += got;
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
