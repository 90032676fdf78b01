// The records of a zip file, with zip64 where a number needs it. Lays entries out and encodes their records; knows
// nothing of what the entries hold.
import type { StreamParts } from "../native.ts";

/** An entry: its name in the archive, and its bytes. */
export interface ZipEntry {
  readonly name: string;
  readonly size_bytes: number;
  /** Bytes in the file where these are deflated; the same number when absent: stored. */
  readonly deflated_bytes?: number | undefined;
  /** Where the stream has several parts: they can be read one by one. */
  readonly parts?: StreamParts | undefined;
}

/** Where an entry lies. */
export interface PlacedEntry extends ZipEntry {
  /** Of the local header. */
  readonly header_offset: number;
  /** Of the entry's first byte: a multiple of the alignment. */
  readonly offset: number;
}

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const END64_BYTES = 56 + 20;
const LARGEST_32 = 0xffffffff;
const LARGEST_16 = 0xffff;
const LONGEST_FIELD = 0xffff - 28; // beside a zip64 field
const UTF8_NAME = 0x0800;
const DEFLATED = 8;
const EPOCH_DATE = 0x21; // 1980-01-01: the same arrays give the same bytes
const ZIP64 = 0x0001;
const ALIGNMENT = 0xd935; // Android's field for padding, which readers skip
/** Our field for the parts of a stream, which other readers skip: `part_bytes`, then the bytes of each part, all of 32 bits. */
export const PARTS = 0x6170;

/** Gives each entry its place, one after the other, every first byte at a multiple of `alignment`. */
export function placeEntries(entries: readonly ZipEntry[], alignment: number): PlacedEntry[] {
  let header_offset = 0;
  return entries.map((entry) => {
    // room for the padding field's own four bytes is always left
    const least = header_offset + localHeaderSize(entry) + 4;
    const offset = Math.ceil(least / alignment) * alignment;
    const { name, size_bytes, deflated_bytes, parts } = entry;
    const placed = { name, size_bytes, deflated_bytes, parts, header_offset, offset };
    header_offset = endOf(placed);
    return placed;
  });
}

/** Bytes of a local header without padding. */
export function localHeaderSize(entry: ZipEntry): number {
  return LOCAL_BYTES + Buffer.byteLength(entry.name) + zip64Size(entry);
}

/** Where the next entry may begin. */
export function endOf(entry: PlacedEntry): number {
  return entry.offset + storedBytes(entry);
}

function storedBytes({ size_bytes, deflated_bytes = size_bytes }: ZipEntry): number {
  return deflated_bytes;
}

/** The local header of an entry: from its `header_offset` to its `offset`. */
export function localHeader(entry: PlacedEntry, crc32: number): Buffer {
  const out = Buffer.alloc(entry.offset - entry.header_offset);
  writeLocalHeader(out, 0, entry, crc32);
  return out;
}

/** Writes the same into zeros, from `start` on. */
export function writeLocalHeader(out: Buffer, start: number, entry: PlacedEntry, crc32: number): void {
  const end = start + entry.offset - entry.header_offset;
  const wide = zip64Size(entry) > 0;
  const nameBytes = out.write(entry.name, start + LOCAL_BYTES);
  out.writeUInt32LE(0x04034b50, start);
  writeCommon(out, start + 4, entry, crc32, wide);
  out.writeUInt16LE(nameBytes, start + 26);
  let at = start + LOCAL_BYTES + nameBytes;
  out.writeUInt16LE(end - at, start + 28);
  if (wide) {
    out.writeUInt16LE(ZIP64, at);
    out.writeUInt16LE(16, at + 2);
    out.writeBigUInt64LE(BigInt(entry.size_bytes), at + 4);
    out.writeBigUInt64LE(BigInt(storedBytes(entry)), at + 12);
    at += 20;
  }
  if (at < end) {
    out.writeUInt16LE(ALIGNMENT, at);
    out.writeUInt16LE(end - at - 4, at + 2);
  }
}

/** The central directory and the end records, which come after the last entry. */
export function centralDirectory(entries: readonly PlacedEntry[], crc32s: readonly number[]): Buffer {
  const last = entries.at(-1);
  const start = last === undefined ? 0 : endOf(last);
  const extras = entries.map(extraOf);
  let size = 0;
  for (const [k, { name }] of entries.entries())
    size += CENTRAL_BYTES + Buffer.byteLength(name) + extras[k]!.length;
  const end = endRecords(entries.length, start, size);
  const out = Buffer.alloc(size + end.length);
  let at = 0;
  for (const [k, entry] of entries.entries()) at = writeCentralRecord(out, at, entry, crc32s[k]!, extras[k]!);
  end.copy(out, at);
  return out;
}

/** Gives where the next record begins. */
function writeCentralRecord(
  out: Buffer,
  start: number,
  entry: PlacedEntry,
  crc32: number,
  extra: Buffer,
): number {
  const far = entry.header_offset >= LARGEST_32;
  const nameBytes = out.write(entry.name, start + CENTRAL_BYTES);
  out.writeUInt32LE(0x02014b50, start);
  out.writeUInt16LE(0x0300 + 45, start + 4); // made on Unix, version 4.5
  writeCommon(out, start + 6, entry, crc32, far || zip64Size(entry) > 0);
  out.writeUInt16LE(nameBytes, start + 28);
  out.writeUInt16LE(extra.length, start + 30);
  out.writeUInt32LE(0o100644 * 0x10000, start + 38);
  out.writeUInt32LE(far ? LARGEST_32 : entry.header_offset, start + 42);
  extra.copy(out, start + CENTRAL_BYTES + nameBytes);
  return start + CENTRAL_BYTES + nameBytes + extra.length;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** The extra fields of a central record. */
function extraOf(entry: PlacedEntry): Buffer {
  const wide = zip64Size(entry) > 0;
  const far = entry.header_offset >= LARGEST_32;
  if (!wide && !far && entry.parts === undefined) return NOTHING;
  return Buffer.concat([
    field64([...(wide ? [entry.size_bytes, storedBytes(entry)] : []), ...(far ? [entry.header_offset] : [])]),
    partsField(entry.parts),
  ]);
}

function field64(numbers: readonly number[]): Buffer {
  if (numbers.length === 0) return NOTHING;
  const out = Buffer.alloc(4 + 8 * numbers.length);
  out.writeUInt16LE(ZIP64, 0);
  out.writeUInt16LE(out.length - 4, 2);
  for (const [k, number] of numbers.entries()) out.writeBigUInt64LE(BigInt(number), 4 + 8 * k);
  return out;
}

/** Left out where it would be too long: then the stream is read as a whole. */
function partsField(parts: StreamParts | undefined): Buffer {
  const size = 8 + 4 * (parts?.stored_bytes.length ?? 0);
  if (parts === undefined || size > LONGEST_FIELD) return NOTHING;
  const out = Buffer.alloc(size);
  out.writeUInt16LE(PARTS, 0);
  out.writeUInt16LE(size - 4, 2);
  for (const [k, number] of [parts.part_bytes, ...parts.stored_bytes].entries())
    out.writeUInt32LE(number, 4 + 4 * k);
  return out;
}

/** What local and central records share: from the version needed to the sizes. */
function writeCommon(out: Buffer, at: number, entry: ZipEntry, crc32: number, zip64: boolean): void {
  const isWide = zip64Size(entry) > 0;
  out.writeUInt16LE(zip64 ? 45 : 20, at);
  out.writeUInt16LE(UTF8_NAME, at + 2);
  out.writeUInt16LE(entry.deflated_bytes === undefined ? 0 : DEFLATED, at + 4);
  out.writeUInt16LE(EPOCH_DATE, at + 8);
  out.writeUInt32LE(crc32, at + 10);
  out.writeUInt32LE(isWide ? LARGEST_32 : storedBytes(entry), at + 14);
  out.writeUInt32LE(isWide ? LARGEST_32 : entry.size_bytes, at + 18);
}

function endRecords(count: number, start: number, size: number): Buffer {
  const wide = count >= LARGEST_16 || start >= LARGEST_32 || size >= LARGEST_32;
  const out = Buffer.alloc((wide ? END64_BYTES : 0) + END_BYTES);
  let at = 0;
  if (wide) {
    out.writeUInt32LE(0x06064b50, 0);
    out.writeBigUInt64LE(44n, 4); // of this record, from here on
    out.writeUInt16LE(0x0300 + 45, 12);
    out.writeUInt16LE(45, 14);
    for (const [k, number] of [count, count, size, start].entries())
      out.writeBigUInt64LE(BigInt(number), 24 + 8 * k);
    out.writeUInt32LE(0x07064b50, 56);
    out.writeBigUInt64LE(BigInt(start + size), 64);
    out.writeUInt32LE(1, 72);
    at = END64_BYTES;
  }
  out.writeUInt32LE(0x06054b50, at);
  out.writeUInt16LE(Math.min(count, LARGEST_16), at + 8);
  out.writeUInt16LE(Math.min(count, LARGEST_16), at + 10);
  out.writeUInt32LE(Math.min(size, LARGEST_32), at + 12);
  out.writeUInt32LE(Math.min(start, LARGEST_32), at + 16);
  return out;
}

/** Both sizes are wide, or none. What does not get smaller by deflating gets larger by less than a thousandth. */
function zip64Size({ size_bytes }: ZipEntry): number {
  return size_bytes >= LARGEST_32 - LARGEST_32 / 1000 ? 20 : 0;
}
