// Reads a file on, a large piece at a time: what lies close behind was read already.
import { fstatSync } from "node:fs";
import { readAt } from "./zip-bytes.ts";

const PIECE_BYTES = 2 ** 20;
/** What is read of this size or more is read by itself. */
const LARGE_BYTES = PIECE_BYTES / 8;

export class ReadAhead {
  readonly #fd: number;
  readonly #file: string;
  readonly #size_bytes: number;
  #piece: Buffer = Buffer.alloc(0);
  /** Where that begins. */
  #start = 0;

  constructor(fd: number, file: string) {
    this.#fd = fd;
    this.#file = file;
    this.#size_bytes = fstatSync(fd).size;
  }

  /** Bytes of the file: a view, which stays as it is. Throws as {@link readAt}. */
  readAt(position: number, size: number): Buffer {
    const end = this.#start + this.#piece.length;
    if (position < this.#start || position + size > end) {
      const rest = this.#size_bytes - position;
      if (size >= LARGE_BYTES || size > rest) return readAt(this.#fd, position, size, this.#file);
      this.#piece = readAt(this.#fd, position, Math.min(PIECE_BYTES, rest), this.#file);
      this.#start = position;
    }
    return this.#piece.subarray(position - this.#start, position - this.#start + size);
  }
}
