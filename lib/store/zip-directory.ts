// The directory of a zip file: finds its end record, and in the central directory the entry of a name. Nothing in it is
// believed: every number is compared with the size of the file, and no entry may lie over another.
import { fstatSync, readSync } from "node:fs";
import { ioError } from "../disk/io-error.ts";
import { PersistError } from "../errors.ts";
import type { StreamParts } from "../native.ts";
import { PARTS } from "./zip-records.ts";

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

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const RECORD_BYTES = 46;
const LONGEST_COMMENT = 0xffff;
/** Room for more than 10^6 entries. */
const LONGEST_DIRECTORY_BYTES = 2 ** 27;
const ENCRYPTED = 0x2041;
const UTF8_NAME = 0x0800;
const ZIP64 = 0x0001;
/** What the bytes 128 to 255 mean in names that are not UTF-8: IBM's code page 437. */
const CODE_PAGE =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** All entries of a zip file, by name. */
export class ZipDirectory {
  readonly #file: string;
  readonly #bytes: Buffer;
  /** From the name to where its record begins; a name that comes twice has -1. */
  readonly #records = new Map<string, number>();
  /** Where local headers begin, ascending, and behind them where the directory does. */
  readonly #starts: Float64Array;

  /**
   * Reads the directory of an open file.
   * @throws PersistError PERSIST_FORMAT for what is no zip file or contradicts itself; PERSIST_LIMIT for a directory above 128 MiB;
   * PERSIST_TRUNCATED, PERSIST_IO.
   */
  constructor(fd: number, file: string) {
    this.#file = file;
    const end = findEnd(fd, file);
    if (end.size_bytes > LONGEST_DIRECTORY_BYTES)
      throw new PersistError(
        "PERSIST_LIMIT",
        `the directory of ${file} has ${end.size_bytes} bytes; up to ${LONGEST_DIRECTORY_BYTES} are read`,
        { file },
      );
    this.#bytes = readAt(fd, end.start, end.size_bytes, file);
    const starts = new Float64Array(end.count + 1);
    let at = 0;
    for (let k = 0; k < end.count; k++) {
      const bytes = this.#bytes;
      if (at + RECORD_BYTES > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50)
        throw this.#fail(`record ${k} of ${end.count} is not where it should be`);
      const next =
        at +
        RECORD_BYTES +
        bytes.readUInt16LE(at + 28) +
        bytes.readUInt16LE(at + 30) +
        bytes.readUInt16LE(at + 32);
      if (next > bytes.length) throw this.#fail(`record ${k} goes on behind the directory's end`);
      const name = this.#nameAt(at);
      this.#records.set(name, this.#records.has(name) ? -1 : at);
      starts[k] = this.#numbersAt(at).header_offset;
      at = next;
    }
    if (at !== this.#bytes.length) throw this.#fail("something follows its last record");
    starts[end.count] = end.start;
    this.#starts = starts.toSorted();
    if (this.#starts[end.count] !== end.start) throw this.#fail("an entry would begin behind the directory");
  }

  /** The names of all entries, in the order of the directory. */
  names(): IterableIterator<string> {
    return this.#records.keys();
  }

  get size(): number {
    return this.#records.size;
  }

  /**
   * The entry of a name; undefined when there is none.
   * @throws PersistError PERSIST_FORMAT when there are two of that name, when it lies over another, or beyond the file;
   * PERSIST_UNSUPPORTED for what is encrypted or compressed in another way than deflated.
   */
  find(name: string): ZipMember | undefined {
    const at = this.#records.get(name);
    if (at === undefined) return undefined;
    if (at < 0) throw this.#fail(`two entries are called ${JSON.stringify(name)}`);
    const bytes = this.#bytes;
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    if ((flags & ENCRYPTED) !== 0) throw this.#unsupported(name, "is encrypted");
    if (method !== 0 && method !== 8)
      throw this.#unsupported(
        name,
        `is compressed by method ${method}; 0 (stored) and 8 (deflated) are read`,
      );
    const numbers = this.#numbersAt(at);
    const { header_offset, stored_bytes, size_bytes } = numbers;
    const end = this.#nextAfter(header_offset);
    if (end === header_offset) throw this.#fail(`two entries share the bytes from ${header_offset} on`);
    if (header_offset + stored_bytes > end)
      throw this.#fail(`${JSON.stringify(name)} would lie over what follows it`);
    if (method === 0 && stored_bytes !== size_bytes)
      throw this.#fail(
        `${JSON.stringify(name)} is stored, and has two sizes: ${stored_bytes} and ${size_bytes}`,
      );
    const parts = method === 8 ? this.#partsAt(at) : undefined;
    return { name, flags, method, crc: bytes.readUInt32LE(at + 16), ...numbers, end, parts };
  }

  /** The start of the next entry, or of the directory; the same place again when two entries begin there. */
  #nextAfter(header_offset: number): number {
    const starts = this.#starts;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! < header_offset) low = middle + 1;
      else high = middle;
    }
    return starts[low + 1]!;
  }

  #nameAt(at: number): string {
    const bytes = this.#bytes;
    const [from, to] = [at + RECORD_BYTES, at + RECORD_BYTES + bytes.readUInt16LE(at + 28)];
    if ((bytes.readUInt16LE(at + 8) & UTF8_NAME) !== 0) return bytes.toString("utf8", from, to);
    return bytes
      .toString("latin1", from, to)
      .replace(/[\x80-\xff]/gu, (byte) => CODE_PAGE[byte.charCodeAt(0) - 128]!);
  }

  /** Sizes and place, from the zip64 field where they do not fit into the record. */
  #numbersAt(at: number): Pick<ZipMember, "stored_bytes" | "size_bytes" | "header_offset"> {
    const bytes = this.#bytes;
    let [stored_bytes, size_bytes] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    let header_offset = bytes.readUInt32LE(at + 42);
    if (stored_bytes === 0xffffffff || size_bytes === 0xffffffff || header_offset === 0xffffffff) {
      const wide = this.#wideNumbers(at);
      if (size_bytes === 0xffffffff) size_bytes = wide();
      if (stored_bytes === 0xffffffff) stored_bytes = wide();
      if (header_offset === 0xffffffff) header_offset = wide();
    }
    return { stored_bytes, size_bytes, header_offset };
  }

  #wideNumbers(at: number): () => number {
    const bytes = this.#bytes;
    let [next, end] = this.#fieldAt(at, ZIP64);
    return () => {
      if (next + 8 > end) throw this.#fail("a zip64 number is missing");
      next += 8;
      return safe(bytes.readBigUInt64LE(next - 8), this.#file);
    };
  }

  #partsAt(at: number): StreamParts | undefined {
    const bytes = this.#bytes;
    const [start, end] = this.#fieldAt(at, PARTS);
    if (end - start < 8) return undefined;
    const stored_bytes: number[] = [];
    for (let next = start + 4; next + 4 <= end; next += 4) stored_bytes.push(bytes.readUInt32LE(next));
    return { part_bytes: bytes.readUInt32LE(start), stored_bytes };
  }

  /** Where an extra field of a record begins and ends, behind its own head; nowhere where there is none. */
  #fieldAt(at: number, id: number): [start: number, end: number] {
    const bytes = this.#bytes;
    let field = at + RECORD_BYTES + bytes.readUInt16LE(at + 28);
    const end = field + bytes.readUInt16LE(at + 30);
    while (field + 4 <= end && bytes.readUInt16LE(field) !== id) field += 4 + bytes.readUInt16LE(field + 2);
    if (field + 4 > end) return [0, 0];
    return [field + 4, Math.min(field + 4 + bytes.readUInt16LE(field + 2), end)];
  }

  #fail(what: string): PersistError {
    return broken(this.#file, what);
  }

  #unsupported(name: string, what: string): PersistError {
    return new PersistError("PERSIST_UNSUPPORTED", `${JSON.stringify(name)} in ${this.#file} ${what}`, {
      file: this.#file,
    });
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

/** Reads `size` bytes, or to the end of the file. */
export function readAt(fd: number, position: number, size: number | undefined, file: string): Buffer {
  try {
    const rest = Math.max(0, fstatSync(fd).size - position);
    if (size !== undefined && size > rest) throw broken(file, `bytes up to ${position + size} are missing`);
    const out = Buffer.allocUnsafe(size ?? rest);
    let done = 0;
    for (let got = -1; done < out.length && got !== 0; done += got)
      got = readSync(fd, out, done, out.length - done, position + done);
    if (done < out.length)
      throw new PersistError("PERSIST_TRUNCATED", `${file} was cut short while it was read`, { file });
    return out;
  } catch (error) {
    throw ioError(error, file);
  }
}

function safe(number: bigint, file: string): number {
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(file, `it has a number of ${number}`);
  return Number(number);
}

/** PERSIST_FORMAT: a zip file that contradicts itself. */
export function broken(file: string, what: string): PersistError {
  return new PersistError("PERSIST_FORMAT", `${file} is not a sound zip file: ${what}`, { file });
}
