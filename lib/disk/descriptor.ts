// Descriptors, used in the background.

import { fdatasync, fsync, writev } from "node:fs";

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

/** Writes pieces one after the other, where the file stands; gives how many bytes of them. */
export async function write(fd: number, pieces: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) =>
    writev(fd, pieces, (error, written) => (error === null ? resolve(written) : reject(error))),
  );
}
