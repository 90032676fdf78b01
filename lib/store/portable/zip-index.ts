// The central directory of a zip file by Node alone, as the addon does it.
import type { ZipIndex, ZipRecord } from "../../native.ts";
import { broken, readAt } from "../zip-bytes.ts";
import { RECORD_BYTES, WIDE, wideNumbers } from "../zip-member.ts";

const SIGNATURE = 0x02014b50;
const UTF8_NAME = 0x0800;
/** What the bytes 128 to 255 mean in names that are not UTF-8: IBM's code page 437. */
const CODE_PAGE =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** An entry: its record, and where its local header begins. */
interface Entry {
  readonly record: Buffer;
  readonly header_offset: number;
  /** Two entries have its name. */
  isTwice: boolean;
}

interface Index {
  readonly file: string;
  readonly entries: Map<string, Entry>;
  /** Where local headers begin, ascending, and behind them where the directory does. */
  readonly starts: Float64Array;
}

export function indexZip(
  fd: number,
  start: number,
  size_bytes: number,
  count: number,
  file: string,
): ZipIndex {
  const bytes = readAt(fd, start, size_bytes, file);
  const starts = new Float64Array(count + 1).fill(start);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let k = 0; k < count; k++) {
    if (at + RECORD_BYTES > bytes.length || bytes.readUInt32LE(at) !== SIGNATURE)
      throw broken(file, `record ${k} of ${count} is not where it should be`);
    const [name_bytes, extra_bytes] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30)];
    const next = at + RECORD_BYTES + name_bytes + extra_bytes + bytes.readUInt16LE(at + 32);
    if (next > bytes.length) throw broken(file, `record ${k} goes on behind the directory's end`);
    const record = bytes.subarray(at, next);
    const name = nameOf(record);
    const header_offset = headerOffset(record, file);
    const same = entries.get(name);
    if (same !== undefined) same.isTwice = true;
    else entries.set(name, { record, header_offset, isTwice: false });
    starts[k] = header_offset;
    at = next;
  }
  if (at !== bytes.length) throw broken(file, "something follows its last record");
  starts.sort();
  if (starts[count] !== start) throw broken(file, "an entry would begin behind the directory");
  return { file, entries, starts } satisfies Index as unknown as ZipIndex;
}

export function zipNames(index: ZipIndex): string[] {
  return [...open(index).entries.keys()];
}

export function zipRecord(index: ZipIndex, name: string): ZipRecord | undefined {
  const { file, entries, starts } = open(index);
  const entry = entries.get(name);
  if (entry === undefined) return undefined;
  if (entry.isTwice) throw broken(file, `two entries are called ${JSON.stringify(name)}`);
  const { record, header_offset } = entry;
  return { bytes: record, header_offset, end: nextAfter(starts, header_offset) };
}

export function orderZip(
  index: ZipIndex,
  names: readonly string[] | undefined,
): { positions: Uint32Array; entries: Uint32Array } {
  const offsets = (names ?? zipNames(index)).map((name) => zipRecord(index, name)?.header_offset);
  const positions = [...offsets.keys()].filter((k) => offsets[k] !== undefined);
  positions.sort((a, b) => offsets[a]! - offsets[b]!);
  return { positions: Uint32Array.from(positions), entries: new Uint32Array(positions.length) };
}

function open(index: ZipIndex): Index {
  return index as unknown as Index;
}

function nameOf(record: Buffer): string {
  const [from, to] = [RECORD_BYTES, RECORD_BYTES + record.readUInt16LE(28)];
  if ((record.readUInt16LE(8) & UTF8_NAME) !== 0) return record.toString("utf8", from, to);
  return record
    .toString("latin1", from, to)
    .replace(/[\x80-\xff]/gu, (byte) => CODE_PAGE[byte.charCodeAt(0) - 128]!);
}

/** Where the local header begins: from the zip64 field, behind the sizes there, where that does not fit into the record. */
function headerOffset(record: Buffer, file: string): number {
  const near = record.readUInt32LE(42);
  if (near !== WIDE) return near;
  const wide = wideNumbers(record, file);
  for (const at of [24, 20]) if (record.readUInt32LE(at) === WIDE) wide();
  return wide();
}

/** The start of the next entry, or of the directory; the same place again when two entries begin there. */
function nextAfter(starts: Float64Array, header_offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < header_offset) low = middle + 1;
    else high = middle;
  }
  return starts[low + 1]!;
}
