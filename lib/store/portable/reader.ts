// Reads elements with Node alone, as the addon does, into memory always.
import { crc32 } from "node:zlib";
import { PersistError } from "../../errors.ts";
import type { Control, ElementsToRead, Reader } from "../../native.ts";
import { Turn } from "../../turn.ts";
import { openBeneath } from "./beneath.ts";
import { inflateStart, inflateWhole, inflateWholeSync, wrongSum } from "./inflate.ts";
import { piecesOf, type Piece } from "./pieces.ts";
import { readRange, readRangeSync } from "./read-range.ts";
import { openRegular, readStart } from "./regular.ts";
import { indexZip, orderZip, zipNames, zipRecord } from "./zip-index.ts";

/** What a caller and a running job share. */
interface Job {
  readonly onProgress: ((done_bytes: number) => void) | undefined;
  isAborted: boolean;
}

export const portableReader: Reader = {
  openBeneath,
  openRegular,
  readStart,
  inflateStart,
  readElementsSync,
  readElements,
  indexZip,
  closeZip: () => {},
  zipNames,
  zipRecord,
  orderZip,
  // each array is read by itself
  readLittle: () => new Uint32Array(0),
  takeLittle: () => {},
  createControl,
  abort,
};

function readElementsSync(fd: number, request: ElementsToRead, file: string): ArrayBuffer {
  const result = new Result(request, file);
  const stream = request.deflated && inflateWholeSync(fd, request.deflated, file);
  for (const piece of result.pieces()) {
    if (stream !== undefined) take(stream, piece, file);
    else readRangeSync(fd, piece.position, piece.into, file);
    result.accept(piece.into);
  }
  return result.finish();
}

async function readElements(
  fd: number,
  request: ElementsToRead,
  file: string,
  control: Control | undefined,
): Promise<ArrayBuffer> {
  const job = control as unknown as Job | undefined;
  const result = new Result(request, file);
  const stream = request.deflated && (await inflateWhole(fd, request.deflated, file));
  const turn = new Turn();
  for (const piece of result.pieces()) {
    if (job?.isAborted === true)
      throw new PersistError("PERSIST_CLOSED", `reading ${file} was stopped`, { file });
    if (stream !== undefined) take(stream, piece, file);
    else await readRange(fd, piece.position, piece.into, file);
    result.accept(piece.into);
    if (!turn.isOver) continue;
    job?.onProgress?.(result.done_bytes);
    await turn.pause();
  }
  return result.finish();
}

function createControl(onProgress: ((done_bytes: number) => void) | undefined): Control {
  const job: Job = { onProgress, isAborted: false };
  return job as unknown as Control;
}

function abort(control: Control): void {
  (control as unknown as Job).isAborted = true;
}

function take(stream: Uint8Array, { position, into }: Piece, file: string): void {
  if (position + into.length > stream.length)
    throw new PersistError("PERSIST_FORMAT", `a compressed array in ${file} ends too early`, { file });
  into.set(stream.subarray(position, position + into.length));
}

/** The memory that a request fills, and what is done to each of its pieces. */
class Result {
  readonly #request: ElementsToRead;
  readonly #file: string;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #crc: number;
  done_bytes: number = 0;

  constructor(request: ElementsToRead, file: string) {
    this.#request = request;
    this.#file = file;
    this.#bytes = new Uint8Array(request.size_bytes);
    this.#crc = request.sum === undefined ? 0 : crc32(request.sum.head);
  }

  pieces(): Generator<Piece, void, void> {
    return piecesOf(this.#request, this.#bytes);
  }

  /** Takes a piece as it lies in the source. */
  accept(piece: Uint8Array): void {
    const { sum, swap } = this.#request;
    if (sum !== undefined) this.#crc = crc32(piece, this.#crc);
    swapNumbers(piece, swap);
    this.done_bytes = Math.min(this.done_bytes + piece.length, this.#request.size_bytes);
  }

  /** @throws PersistError PERSIST_CORRUPT when the checksum is another */
  finish(): ArrayBuffer {
    const { sum } = this.#request;
    if (sum !== undefined && this.#crc !== sum.crc) throw wrongSum(this.#file);
    return this.#bytes.buffer;
  }
}

/** Reverses each `width` bytes; gaps between elements, which are read as well, are multiples of that. */
function swapNumbers({ buffer, byteOffset, byteLength }: Uint8Array, width: number): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}
