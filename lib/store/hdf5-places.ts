// Where the few numbers stand in an HDF5 file that say how far a dataset has grown. The HDF5 library makes datasets; this
// finds, in the format that it and h5py write by default, what has to be changed when frames come behind the last one.
import { fstatSync, readSync } from "node:fs";
import { ioError } from "../disk/io-error.ts";
import { PersistError } from "../errors.ts";

/** All places are bytes of the file; each is a little-endian number of 8 bytes. */
export interface GrowthPlaces {
  /** Where the file begins behind its user block: addresses in it are counted from here. */
  readonly base: number;
  /** Where the first extent stands, in the dataset's header. */
  readonly rows_at: number;
  /** The most that it may become; Infinity for no limit. */
  readonly mostRows: number;
  /** Where the address of the index of chunks stands there. */
  readonly root_at: number;
  /** How many children a node of that index has at most. */
  readonly children: number;
}

export const SIGNATURE = "\x89HDF\r\n\x1a\n";
/** IEEE's numbers of 2, 4 and 8 bytes, as a header describes them in little-endian order. */
export const FLOATS: readonly Buffer[] = [
  "11200f0002000000000010000a05000a0f000000",
  "11201f000400000000002000170800177f000000",
  "11203f000800000000004000340b0034ff030000",
].map((hex) => Buffer.from(hex, "hex"));

const FIRST_USER_BLOCK = 512;
const SUPERBLOCK_BYTES = 96;
const PLAIN_ADDRESSES = 24;
const DEFAULT_CHILDREN = 64;
const MOST_HEADER_BYTES = 2 ** 24;
/** The library makes 64 unless it is told otherwise; each leaf of an index that has any chunk takes memory for all. */
const MOST_CHILDREN = 2 ** 10;

export const DATASPACE = 1;
export const LAYOUT = 8;
const CONTINUATION = 16;
export const SHARED = 2;
const CHUNKED = 2;

/**
 * Looks at the superblock, and at the header of a dataset with chunks.
 * @param header its address, from the library
 * @throws PersistError PERSIST_UNSUPPORTED for what is laid out in another way; PERSIST_TRUNCATED, PERSIST_IO.
 */
export function findPlaces(fd: number, header: number, file: string): GrowthPlaces {
  const cannot = (why: string): PersistError =>
    new PersistError("PERSIST_UNSUPPORTED", `${file} takes no chunks of ours: ${why}`, { file });
  const superblock = findSuperblock(fd, file);
  if (superblock === undefined)
    throw cannot('it has no superblock of the earliest kind, as with libver="latest"');
  const { bytes, addresses } = superblock;
  const base = numberAt(bytes, addresses);
  const children = addresses === PLAIN_ADDRESSES ? DEFAULT_CHILDREN : 2 * bytes.readUInt16LE(24);
  if (children > MOST_CHILDREN) throw cannot("the nodes of its index are too large");
  const found: { rows_at?: number; mostRows?: number; root_at?: number } = {};
  const bytesAt: BytesAt = (at, size) => readAt(fd, at, size, file);
  for (const { type, flags, place, body } of messagesOf(bytesAt, base, header, cannot)) {
    // a body has room for the numbers that are looked for, or it is no such message
    if ((flags & SHARED) !== 0 || body.length < 24) continue;
    if (type === DATASPACE && (body[0] === 1 || body[0] === 2) && body[1]! > 0) {
      const first = body[0] === 1 ? 8 : 4;
      found.rows_at = place + first;
      const most = (body[2]! & 1) === 0 ? first : first + 8 * body[1]!;
      found.mostRows = body.readBigUInt64LE(most) === 2n ** 64n - 1n ? Infinity : numberAt(body, most);
    }
    if (type === LAYOUT && body[0] === 3 && body[1] === CHUNKED) found.root_at = place + 3;
  }
  const { rows_at, mostRows, root_at } = found;
  if (rows_at === undefined || mostRows === undefined || root_at === undefined || children === 0)
    throw cannot("its header has a layout of another kind");
  return { base, rows_at, mostRows, root_at, children };
}

/** Where the end of all addresses stands, which is a place in the file; undefined in files of a later kind. */
export function findEnd(fd: number, file: string): number | undefined {
  const superblock = findSuperblock(fd, file);
  return superblock && superblock.at + superblock.addresses + 16;
}

/** The bytes of a range of the file; throws where there are none. */
export type BytesAt = (at: number, size: number) => Buffer;

export interface Message {
  readonly type: number;
  readonly flags: number;
  /** Where the body stands in the file. */
  readonly place: number;
  readonly body: Buffer;
}

/** The messages of an object header of version 1, and of the blocks in which it goes on. */
export function* messagesOf(
  bytesAt: BytesAt,
  base: number,
  header: number,
  cannot: (why: string) => Error,
): Generator<Message, void, undefined> {
  const start = bytesAt(base + header, 16);
  if (start[0] !== 1) throw cannot('its header is of a later version (libver="latest")');
  const blocks = [{ at: base + header + 16, size: start.readUInt32LE(8) }];
  let total = 0;
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    total += block.size;
    if (total > MOST_HEADER_BYTES) throw cannot("its header is too large");
    const bytes = bytesAt(block.at, block.size);
    for (let at = 0; at + 8 <= bytes.length;) {
      const [type, size, flags] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2), bytes[at + 4]!];
      const body = bytes.subarray(at + 8, at + 8 + size);
      if (type === CONTINUATION && body.length >= 16)
        blocks.push({ at: base + numberAt(body, 0), size: numberAt(body, 8) });
      else yield { type, flags, place: block.at + at + 8, body };
      at += 8 + size;
    }
  }
}

interface Superblock {
  readonly at: number;
  readonly bytes: Buffer;
  /** Where its addresses begin in it. */
  readonly addresses: number;
}

/** A superblock of version 0 or 1 with 8-byte addresses: at the start of the file, or behind a user block. */
function findSuperblock(fd: number, file: string): Superblock | undefined {
  const { size } = fstatSync(fd);
  for (let at = 0; at + SUPERBLOCK_BYTES <= size; at = at === 0 ? FIRST_USER_BLOCK : 2 * at) {
    const bytes = readAt(fd, at, SUPERBLOCK_BYTES, file);
    if (bytes.toString("latin1", 0, 8) !== SIGNATURE) continue;
    const isKnown = bytes[8]! <= 1 && bytes[13] === 8 && bytes[14] === 8;
    return isKnown
      ? { at, bytes, addresses: bytes[8] === 0 ? PLAIN_ADDRESSES : PLAIN_ADDRESSES + 4 }
      : undefined;
  }
  return undefined;
}

/** @throws PersistError PERSIST_TRUNCATED when the file ends before */
export function readAt(fd: number, offset: number, size: number, file: string): Buffer {
  const out = Buffer.alloc(size);
  try {
    if (Number.isSafeInteger(offset) && readSync(fd, out, 0, size, offset) === size) return out;
  } catch (error) {
    throw ioError(error, file);
  }
  throw new PersistError("PERSIST_TRUNCATED", `${file} ends before byte ${offset + size}`, { file });
}

/** A number of 8 bytes; above 2^53 it is not exact, and no place in a file. */
export function numberAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

/** The bytes of a number, for its place. */
export function numberBytes(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
}
