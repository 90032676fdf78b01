// Memory that is used again and again: memory which was never touched costs several times as much to fill.

import { native } from "../native.ts";

/** Smaller pieces are not worth keeping. */
const WORTH_KEEPING_BYTES = 64 * 1024;

export class Pool {
  /** Ascending by size. */
  readonly #free: ArrayBuffer[] = [];

  /** Memory of at least this size, with anything in it. */
  take(size_bytes: number): ArrayBuffer {
    const at = this.#free.findIndex((buffer) => buffer.byteLength >= size_bytes);
    const found = this.#free[at];
    // a much larger one is left for whom it fits
    if (found === undefined || found.byteLength > 2 * size_bytes) return native().newBuffer(size_bytes);
    this.#free.splice(at, 1);
    return found;
  }

  /** Takes memory back. */
  give(buffers: readonly ArrayBuffer[]): void {
    this.#free.push(...buffers.filter((buffer) => buffer.byteLength >= WORTH_KEEPING_BYTES));
    this.#free.sort((a, b) => a.byteLength - b.byteLength);
  }

  /** Lets go of what is free beyond this size, the smallest first. */
  trim(most_bytes: number): void {
    let total_bytes = this.#free.reduce((sum, { byteLength }) => sum + byteLength, 0);
    while (total_bytes > most_bytes) total_bytes -= this.#free.shift()!.byteLength;
  }
}
