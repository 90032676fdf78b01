// Inflates raw DEFLATE streams that lie in a file.
import { constants as bufferConstants } from "node:buffer";
import { promisify } from "node:util";
import { crc32, inflateRaw, inflateRawSync, type ZlibOptions } from "node:zlib";
import { PersistError } from "../../errors.ts";
import type { ElementsToRead } from "../../native.ts";
import { readRange, readRangeSync } from "./read-range.ts";

type Deflated = NonNullable<ElementsToRead["deflated"]>;

const inflateRawAsync = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

/** zlib's number for it. */
const Z_SYNC_FLUSH = 2;

/** No literal has a code of more than 15 bits; a block's own codes take less than the rest. */
const MOST_PER_BYTE = 2;
const CODES_BYTES = 1024;

/**
 * What a stream inflates to: its first `wanted` bytes, or fewer where it ends.
 * @throws PersistError PERSIST_FORMAT, PERSIST_TRUNCATED, PERSIST_IO
 */
export function inflateStart(
  fd: number,
  start: number,
  stored_bytes: number,
  wanted: number,
  file: string,
): Buffer {
  const packed = new Uint8Array(Math.min(stored_bytes, wanted * MOST_PER_BYTE + CODES_BYTES));
  readRangeSync(fd, start, packed, file);
  try {
    return inflateRawSync(packed, { finishFlush: Z_SYNC_FLUSH }).subarray(0, wanted);
  } catch (cause) {
    throw damaged(file, cause);
  }
}

/**
 * All that a stream inflates to, its checksum compared where all of it is wanted.
 * @throws PersistError PERSIST_FORMAT, PERSIST_CORRUPT, PERSIST_LIMIT, PERSIST_TRUNCATED, PERSIST_IO
 */
export function inflateWholeSync(fd: number, stream: Deflated, file: string): Uint8Array {
  const packed = new Uint8Array(stream.stored_bytes);
  readRangeSync(fd, stream.start, packed, file);
  try {
    return checked(inflateRawSync(packed, optionsFor(stream, file)), stream, file);
  } catch (error) {
    throw damaged(file, error);
  }
}

/** The same without holding the event loop. */
export async function inflateWhole(fd: number, stream: Deflated, file: string): Promise<Uint8Array> {
  const packed = new Uint8Array(stream.stored_bytes);
  await readRange(fd, stream.start, packed, file);
  try {
    return checked(await inflateRawAsync(packed, optionsFor(stream, file)), stream, file);
  } catch (error) {
    throw damaged(file, error);
  }
}

function optionsFor({ size_bytes }: Deflated, file: string): ZlibOptions {
  if (size_bytes > bufferConstants.MAX_LENGTH)
    throw new PersistError(
      "PERSIST_LIMIT",
      `a compressed array of ${size_bytes} bytes in ${file} cannot be read without the native addon`,
      { file },
    );
  // one byte more, so that a stream that goes on is told from one that ends there
  return { maxOutputLength: Math.min(size_bytes + 1, bufferConstants.MAX_LENGTH) };
}

function checked(bytes: Uint8Array, { size_bytes, crc, whole }: Deflated, file: string): Uint8Array {
  if (bytes.length < size_bytes) throw formatError(file, "ends too early");
  if (!whole) return bytes;
  if (bytes.length > size_bytes) throw formatError(file, "goes on behind its end");
  if (crc !== undefined && crc32(bytes) !== crc) throw wrongSum(file);
  return bytes;
}

/** The error of a checksum that is not the one in a zip entry. */
export function wrongSum(file: string): PersistError {
  return new PersistError(
    "PERSIST_CORRUPT",
    `the CRC-32 of an array in ${file} is not the one in its entry`,
    {
      file,
    },
  );
}

/** What zlib says of a stream; what is no error of zlib's stays as it is. */
function damaged(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_BUFFER_TOO_LARGE") return formatError(file, "goes on behind its end", error);
  if (code === "Z_BUF_ERROR") return formatError(file, "ends too early", error);
  return code?.startsWith("Z_") === true ? formatError(file, "is damaged", error) : error;
}

function formatError(file: string, what: string, cause?: unknown): PersistError {
  return new PersistError("PERSIST_FORMAT", `a compressed array in ${file} ${what}`, { file, cause });
}
