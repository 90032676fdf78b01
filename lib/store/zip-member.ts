// An entry of a zip file, from its record in the central directory.
import { PersistError } from "../errors.ts";
import type { StreamParts, ZipRecord } from "../native.ts";
import { broken, safe } from "./zip-bytes.ts";

/** An entry, as the central directory has it. */
export interface ZipMember {
  readonly name: string;
  readonly flags: number;
  /** 0: stored; 8: deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the file. */
  readonly stored_bytes: number;
  /** Bytes that these become. */
  readonly size_bytes: number;
  /** Of the local header. */
  readonly header_offset: number;
  /** Up to where the entry may reach: the next entry, or the directory. */
  readonly end: number;
  /** The parts of a deflated entry, as its writer said; nothing was compared with them. */
  readonly parts: StreamParts | undefined;
}

/** Of a record without name, fields and comment. */
export const RECORD_BYTES = 46;
/** Stands for a number that is in the zip64 field. */
export const WIDE = 0xffffffff;
const ENCRYPTED = 0x2041;
const ZIP64 = 0x0001;
/** Our field for the parts of a stream, which other readers skip: `part_bytes`, then the bytes of each part, all of 32 bits. */
const PARTS = 0x6170;

/**
 * The entry that a record describes.
 * @throws PersistError PERSIST_FORMAT when it lies over another, or beyond the file; PERSIST_UNSUPPORTED for what is encrypted or compressed in
 * another way than deflated.
 */
export function memberOf(name: string, record: ZipRecord, file: string): ZipMember {
  const { header_offset, end } = record;
  const bytes = Buffer.from(record.bytes.buffer, record.bytes.byteOffset, record.bytes.byteLength);
  const fail = (what: string): PersistError => broken(file, what);
  const unsupported = (what: string): PersistError =>
    new PersistError("PERSIST_UNSUPPORTED", `${JSON.stringify(name)} in ${file} ${what}`, { file });
  const [flags, method] = [bytes.readUInt16LE(8), bytes.readUInt16LE(10)];
  if ((flags & ENCRYPTED) !== 0) throw unsupported("is encrypted");
  if (method !== 0 && method !== 8)
    throw unsupported(`is compressed by method ${method}; 0 (stored) and 8 (deflated) are read`);
  const { stored_bytes, size_bytes } = sizesOf(bytes, file);
  if (end === header_offset) throw fail(`two entries share the bytes from ${header_offset} on`);
  if (header_offset + stored_bytes > end)
    throw fail(`${JSON.stringify(name)} would lie over what follows it`);
  if (method === 0 && stored_bytes !== size_bytes)
    throw fail(`${JSON.stringify(name)} is stored, and has two sizes: ${stored_bytes} and ${size_bytes}`);
  const parts = method === 8 ? partsOf(bytes) : undefined;
  const crc = bytes.readUInt32LE(16);
  return { name, flags, method, crc, stored_bytes, size_bytes, header_offset, end, parts };
}

/** Both sizes, from the zip64 field where they do not fit into the record. */
function sizesOf(record: Buffer, file: string): Pick<ZipMember, "stored_bytes" | "size_bytes"> {
  let [stored_bytes, size_bytes] = [record.readUInt32LE(20), record.readUInt32LE(24)];
  const wide = wideNumbers(record, file);
  if (size_bytes === WIDE) size_bytes = wide();
  if (stored_bytes === WIDE) stored_bytes = wide();
  return { stored_bytes, size_bytes };
}

/** The numbers of a record's zip64 field, one after the other. */
export function wideNumbers(record: Buffer, file: string): () => number {
  let [next, end] = fieldOf(record, ZIP64);
  return () => {
    if (next + 8 > end) throw broken(file, "a zip64 number is missing");
    next += 8;
    return safe(record.readBigUInt64LE(next - 8), file);
  };
}

function partsOf(record: Buffer): StreamParts | undefined {
  const [start, end] = fieldOf(record, PARTS);
  if (end - start < 8) return undefined;
  const stored_bytes: number[] = [];
  for (let next = start + 4; next + 4 <= end; next += 4) stored_bytes.push(record.readUInt32LE(next));
  return { part_bytes: record.readUInt32LE(start), stored_bytes };
}

/** Where an extra field of a record begins and ends, behind its own head; nowhere where there is none. */
function fieldOf(record: Buffer, id: number): [start: number, end: number] {
  let field = RECORD_BYTES + record.readUInt16LE(28);
  const end = field + record.readUInt16LE(30);
  while (field + 4 <= end && record.readUInt16LE(field) !== id) field += 4 + record.readUInt16LE(field + 2);
  if (field + 4 > end) return [0, 0];
  return [field + 4, Math.min(field + 4 + record.readUInt16LE(field + 2), end)];
}
