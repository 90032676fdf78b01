// The fingerprint of a file that holds many arrays: its size and the checksum of its head. It tells whether offsets into the
// file still hold, without reading more than one page.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { ioError } from "../disk/io-error.ts";
import type { FileHead } from "./store.ts";

const HEAD_BYTES = 4096;

/** The head of an open file. */
export function headOf(fd: number): FileHead {
  const size_bytes = fstatSync(fd).size;
  const head = Buffer.allocUnsafe(Math.min(size_bytes, HEAD_BYTES));
  let done = 0;
  for (let got = -1; done < head.length && got !== 0; done += got)
    got = readSync(fd, head, done, head.length - done, done);
  return [size_bytes, crc32(head.subarray(0, done))];
}

/** The head of a file by its path. */
export function headOfFile(path: string): FileHead {
  try {
    const fd = openSync(path, "r");
    try {
      return headOf(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw ioError(error, path);
  }
}
