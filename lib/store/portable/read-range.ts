// Fills memory from a range of an open file.
import { read, readSync } from "node:fs";
import { promisify } from "node:util";
import { ioError } from "../../disk/io-error.ts";
import { PersistError } from "../../errors.ts";

const readSome = promisify(read);

/** @throws PersistError PERSIST_TRUNCATED, PERSIST_IO */
export function readRangeSync(fd: number, position: number, into: Uint8Array, file: string): void {
  try {
    for (let done = 0; done < into.length;) {
      const got = readSync(fd, into, done, into.length - done, position + done);
      if (got === 0) throw truncated(file, position + done, position + into.length);
      done += got;
    }
  } catch (error) {
    throw ioError(error, file);
  }
}

/** The same without holding the event loop. */
export async function readRange(fd: number, position: number, into: Uint8Array, file: string): Promise<void> {
  try {
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await readSome(fd, into, done, into.length - done, position + done);
      if (bytesRead === 0) throw truncated(file, position + done, position + into.length);
      done += bytesRead;
    }
  } catch (error) {
    throw ioError(error, file);
  }
}

function truncated(file: string, end: number, expected: number): PersistError {
  return new PersistError(
    "PERSIST_TRUNCATED",
    `${file} ends after ${end} bytes, and ${expected} are expected`,
    {
      file,
    },
  );
}
