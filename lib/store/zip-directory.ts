// The directory of a zip file: finds its end record, and in the central directory the entry of a name. Nothing in it is
// believed: every number is compared with the size of the file, and no entry may lie over another.
import { fstatSync } from "node:fs";
import { PersistError } from "../errors.ts";
import type { ZipIndex } from "../native.ts";
import { reader } from "./reader.ts";
import { broken, readAt, safe } from "./zip-bytes.ts";
import { RECORD_BYTES, memberOf, type ZipMember } from "./zip-member.ts";

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const LONGEST_COMMENT = 0xffff;
/** Room for more than 10^6 entries. */
const LONGEST_DIRECTORY_BYTES = 2 ** 27;

/** All entries of a zip file, by name. */
export class ZipDirectory {
  readonly #file: string;
  readonly index: ZipIndex;
  #holders = 1;

  /**
   * Reads the directory of an open file.
   * @throws PersistError PERSIST_FORMAT for what is no zip file or contradicts itself; PERSIST_LIMIT for a directory above 128 MiB;
   * PERSIST_TRUNCATED, PERSIST_IO.
   */
  constructor(fd: number, file: string) {
    this.#file = file;
    const { start, size_bytes, count } = findEnd(fd, file);
    if (size_bytes > LONGEST_DIRECTORY_BYTES)
      throw new PersistError(
        "PERSIST_LIMIT",
        `the directory of ${file} has ${size_bytes} bytes; up to ${LONGEST_DIRECTORY_BYTES} are read`,
        { file },
      );
    this.index = reader().indexZip(fd, start, size_bytes, count, file);
  }

  /** Has it stay until {@link release} was called as often, and once more. */
  hold(): void {
    this.#holders++;
  }

  /** The last one to call this gives its memory back. */
  release(): void {
    if (--this.#holders === 0) reader().closeZip(this.index);
  }

  /** The names of all entries, in the order of the directory. */
  names(): string[] {
    return reader().zipNames(this.index);
  }

  /** Which of these names there are, or of all, and their entries, both in the order of the file. Throws PERSIST_FORMAT where two have a name that is asked for. */
  order(names: readonly string[] | undefined): { positions: Uint32Array; entries: Uint32Array } {
    return reader().orderZip(this.index, names);
  }

  /**
   * The entry of a name; undefined when there is none.
   * @throws PersistError PERSIST_FORMAT when there are two of that name, when it lies over another, or beyond the file;
   * PERSIST_UNSUPPORTED for what is encrypted or compressed in another way than deflated.
   */
  find(name: string): ZipMember | undefined {
    const record = reader().zipRecord(this.index, name);
    return record && memberOf(name, record, this.#file);
  }
}

interface End {
  readonly start: number;
  readonly size_bytes: number;
  readonly count: number;
}

/** The end record is the last one whose comment reaches to the end of the file. */
function findEnd(fd: number, file: string): End {
  const { size } = fstatSync(fd);
  const tail = readAt(fd, Math.max(0, size - END_BYTES - LONGEST_COMMENT), undefined, file);
  const tailStart = size - tail.length;
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue;
    if (at + END_BYTES + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const end = {
      count: tail.readUInt16LE(at + 10),
      size_bytes: tail.readUInt32LE(at + 12),
      start: tail.readUInt32LE(at + 16),
    };
    const wide = end.count === 0xffff || end.size_bytes === 0xffffffff || end.start === 0xffffffff;
    const place = tailStart + at;
    const found = (wide ? readEnd64(fd, place, file) : undefined) ?? { ...end, before: place };
    if (found.start + found.size_bytes !== found.before || found.count * RECORD_BYTES > found.size_bytes)
      throw broken(file, "its end record does not agree with the file");
    return found;
  }
  throw broken(file, "it has no end record");
}

/** The zip64 end record, to which a locator right before the end record points; undefined where there is none. */
function readEnd64(fd: number, endPlace: number, file: string): (End & { before: number }) | undefined {
  if (endPlace < LOCATOR_BYTES + END64_BYTES) return undefined;
  const locator = readAt(fd, endPlace - LOCATOR_BYTES, LOCATOR_BYTES, file);
  if (locator.readUInt32LE(0) !== 0x07064b50) return undefined;
  const before = safe(locator.readBigUInt64LE(8), file);
  if (before > endPlace - LOCATOR_BYTES - END64_BYTES)
    throw broken(file, "its zip64 end record lies beyond the file");
  const record = readAt(fd, before, END64_BYTES, file);
  if (record.readUInt32LE(0) !== 0x06064b50)
    throw broken(file, "its zip64 end record is not where it should be");
  return {
    count: safe(record.readBigUInt64LE(32), file),
    size_bytes: safe(record.readBigUInt64LE(40), file),
    start: safe(record.readBigUInt64LE(48), file),
    before,
  };
}
