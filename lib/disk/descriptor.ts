// Descriptors, used in the background.

import { fdatasync, fsync, write as writeSome } from "node:fs";

/** Puts a file's data on the disk, and what is needed to find them. */
export async function dataSync(fd: number): Promise<void> {
  return new Promise((resolve, reject) =>
    fdatasync(fd, (error) => (error === null ? resolve() : reject(error))),
  );
}

/** Puts everything of a file or directory on the disk. */
export async function sync(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fsync(fd, (error) => (error === null ? resolve() : reject(error))));
}

/** Writes bytes from an offset on, where the file stands; gives how many. */
export async function write(fd: number, bytes: Uint8Array, from: number): Promise<number> {
  return new Promise((resolve, reject) =>
    writeSome(fd, bytes, from, (error, written) => (error === null ? resolve(written) : reject(error))),
  );
}
