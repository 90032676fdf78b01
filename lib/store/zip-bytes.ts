// The bytes of a zip file, and what is said where they contradict each other.
import { fstatSync, readSync } from "node:fs";
import { ioError } from "../disk/io-error.ts";
import { PersistError } from "../errors.ts";

/** Reads `size` bytes, or to the end of the file. */
export function readAt(fd: number, position: number, size: number | undefined, file: string): Buffer {
  try {
    const rest = Math.max(0, fstatSync(fd).size - position);
    if (size !== undefined && size > rest) throw broken(file, `bytes up to ${position + size} are missing`);
    const out = Buffer.allocUnsafe(size ?? rest);
    let done = 0;
    for (let got = -1; done < out.length && got !== 0; done += got)
      got = readSync(fd, out, done, out.length - done, position + done);
    if (done < out.length)
      throw new PersistError("PERSIST_TRUNCATED", `${file} was cut short while it was read`, { file });
    return out;
  } catch (error) {
    throw ioError(error, file);
  }
}

/** A number of 64 bits, if JavaScript counts so far. */
export function safe(number: bigint, file: string): number {
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(file, `it has a number of ${number}`);
  return Number(number);
}

/** PERSIST_FORMAT: a zip file that contradicts itself. */
export function broken(file: string, what: string): PersistError {
  return new PersistError("PERSIST_FORMAT", `${file} is not a sound zip file: ${what}`, { file });
}
