// Fills a new npz file: members kept from another one, then arrays of the caller's, stored or deflated. Small arrays are gathered in blocks of
// memory, so that ten thousand of them are not ten thousand calls of the system.
import { crc32 } from "node:zlib";
import { native } from "../native.ts";
import { Turn } from "../turn.ts";
import { partOf, runJob, type JobOptions } from "./job.ts";
import type { Durability } from "./store.ts";
import { SMALL_BYTES } from "./write-new-files.ts";
import type { ZipMember } from "./zip-member.ts";
import {
  centralDirectory,
  endOf,
  localHeader,
  localHeaderSize,
  placeEntries,
  writeLocalHeader,
  type PlacedEntry,
  type ZipEntry,
} from "./zip-records.ts";

/** npy headers are a multiple of this long, so the data begin at one too. */
const ALIGNMENT_BYTES = 64;

/** An array to write: the entry's name, its npy header, its elements. */
export interface NpzEntry {
  readonly name: string;
  readonly head: Uint8Array;
  readonly data: Uint8Array;
}

/** Members of another zip file, to be taken over as they lie there. */
export interface KeptMembers {
  readonly fd: number;
  readonly file: string;
  readonly members: readonly { readonly member: ZipMember; readonly start: number }[];
}

/** How to fill the file. */
export interface FillOptions extends JobOptions {
  readonly compress: boolean;
  readonly durability: Durability;
  /** Called right before the addon takes the memory of the arrays: throws if it is no longer there. */
  readonly checkPresent: () => void;
}

interface Summed {
  readonly entry: PlacedEntry;
  readonly crc: number;
  /** Whether its local header is written, too. */
  readonly isWhole?: boolean;
}

/** Bytes of small members in one block. */
const BLOCK_BYTES = 2 ** 20;

/**
 * Fills the empty file at `path`, and gives where each new array's entry begins. On failure the file is the caller's to remove.
 *
 *  1. Copy the members that are kept.
 *  2. Write the npy headers and elements to their places, and sum them up: zip wants a CRC-32 of each entry.
 *  3. Write the zip records around the entries, and sync.
 */
export async function fillNpz(
  path: string,
  arrays: readonly NpzEntry[],
  kept: KeptMembers | undefined,
  options: FillOptions,
): Promise<readonly PlacedEntry[]> {
  const { durability, signal } = options;
  const old = kept === undefined ? [] : await copyMembers(path, kept, signal);
  const oldEntries = old.map(({ entry }) => entry);
  const written = options.compress
    ? await writeDeflated(path, end(oldEntries), arrays, options)
    : await writeStored(path, oldEntries, arrays, options);
  const all = [...old, ...written];
  const entries = all.map(({ entry }) => entry);
  const records = all
    .filter(({ isWhole }) => isWhole !== true)
    .map(({ entry, crc }) => ({ offset: entry.header_offset, data: localHeader(entry, crc) }));
  records.push({
    offset: end(entries),
    data: centralDirectory(
      entries,
      all.map(({ crc }) => crc),
    ),
  });
  await native().writeRanges(path, records, durability === "full", undefined);
  return written.map(({ entry }) => entry);
}

async function copyMembers(
  path: string,
  { fd, file, members }: KeptMembers,
  signal: AbortSignal | undefined,
): Promise<Summed[]> {
  const entries = placeEntries(
    members.map(({ member }) => entryOf(member)),
    ALIGNMENT_BYTES,
  );
  const ranges = members.map(({ member, start }, k) => ({
    from: start,
    to: entries[k]!.offset,
    size_bytes: member.stored_bytes,
  }));
  await runJob({ signal }, "copy", end(entries), (control) =>
    native().copyRanges(fd, file, path, ranges, control),
  );
  return entries.map((entry, k) => ({ entry, crc: members[k]!.member.crc }));
}

async function writeStored(
  path: string,
  before: readonly ZipEntry[],
  arrays: readonly NpzEntry[],
  options: FillOptions,
): Promise<Summed[]> {
  options.checkPresent();
  const sizes = arrays.map(({ name, head, data }) => ({ name, size_bytes: head.length + data.length }));
  const entries = placeEntries([...before, ...sizes], ALIGNMENT_BYTES).slice(before.length);
  const out: Summed[] = [];
  const isSmall = ({ size_bytes }: ZipEntry): boolean => size_bytes <= SMALL_BYTES;
  const total_bytes = totalOf(sizes);
  let done_bytes = 0;
  for (let first = 0, next = 0; first < entries.length; first = next) {
    // so many of one kind, one after the other
    const small = isSmall(entries[first]!);
    while (next < entries.length && isSmall(entries[next]!) === small) next++;
    const group = entries.slice(first, next);
    const job = partOf(options, done_bytes, total_bytes);
    const write = small ? writeBlocks : writeMembers;
    for (const summed of await write(path, group, arrays.slice(first, next), job)) out.push(summed);
    done_bytes += totalOf(group);
  }
  return out;
}

/** Large arrays, from where they lie. */
async function writeMembers(
  path: string,
  entries: readonly PlacedEntry[],
  arrays: readonly NpzEntry[],
  options: FillOptions,
): Promise<Summed[]> {
  const members = arrays.map(({ head, data }, k) => ({ offset: entries[k]!.offset, head, data }));
  const sums = await runJob(options, "write", totalOf(entries), (control) => {
    options.checkPresent();
    return native().writeStored(path, members, control);
  });
  return entries.map((entry, k) => ({ entry, crc: sums[k]! }));
}

/** Small arrays, copied and summed in short turns, with their local headers around them: one block is filled while another is written. */
async function writeBlocks(
  path: string,
  entries: readonly PlacedEntry[],
  arrays: readonly NpzEntry[],
  options: FillOptions,
): Promise<Summed[]> {
  const out: Summed[] = [];
  const total_bytes = totalOf(entries);
  const memory: Buffer[] = [];
  const turn = new Turn();
  let writing: Promise<void> = Promise.resolve();
  let done_bytes = 0;
  try {
    for (let first = 0, next = 0, turns = 0; first < entries.length; first = next, turns++) {
      const offset = entries[first]!.header_offset;
      do next++;
      while (next < entries.length && endOf(entries[next]!) - offset <= BLOCK_BYTES);
      const size = endOf(entries[next - 1]!) - offset;
      const block = zeros(memory, turns % 2, size);
      let block_bytes = 0;
      for (let k = first; k < next; k++) {
        const crc = putEntry(block, offset, entries[k]!, arrays[k]!, options);
        out.push({ entry: entries[k]!, crc, isWhole: true });
        block_bytes += entries[k]!.size_bytes;
      }
      await writing;
      const job = partOf(options, done_bytes, total_bytes);
      writing = runJob(job, "write", block_bytes, (control) =>
        native().writeRanges(path, [{ offset, data: block }], false, control),
      );
      writing.catch(() => {}); // it is awaited before the next one
      done_bytes += block_bytes;
      if (turn.isOver) await turn.pause();
    }
    await writing;
  } finally {
    await writing.catch(() => {});
  }
  return out;
}

/** A block of zeros in one of two pieces of memory, which are used again: new memory costs more than clearing old. */
function zeros(memory: Buffer[], which: number, size: number): Buffer {
  const old = memory[which];
  if (old !== undefined && old.length >= size) return old.subarray(0, size).fill(0);
  memory[which] = Buffer.alloc(size);
  return memory[which];
}

/** Copies one array into a block that begins at `offset`; gives its CRC-32. */
function putEntry(
  block: Buffer,
  offset: number,
  entry: PlacedEntry,
  { head, data }: NpzEntry,
  { checkPresent }: FillOptions,
): number {
  if (head.length + data.length !== entry.size_bytes) checkPresent();
  const start = entry.offset - offset;
  block.set(head, start);
  if (data.length > 0) block.set(data, start + head.length);
  const crc = crc32(block.subarray(start, start + entry.size_bytes));
  writeLocalHeader(block, entry.header_offset - offset, entry, crc);
  return crc;
}

async function writeDeflated(
  path: string,
  offset: number,
  arrays: readonly NpzEntry[],
  options: FillOptions,
): Promise<Summed[]> {
  const sizes = arrays.map(({ name, head, data }) => ({ name, size_bytes: head.length + data.length }));
  const members = arrays.map(({ head, data }, k) => ({ lead_bytes: localHeaderSize(sizes[k]!), head, data }));
  const places = await runJob(options, "write", totalOf(sizes), (control) => {
    options.checkPresent();
    return native().writeDeflated(path, offset, members, control);
  });
  return places.map((place, k) => ({
    entry: {
      ...sizes[k]!,
      deflated_bytes: place.stored_bytes,
      parts: place.parts,
      header_offset: place.offset - members[k]!.lead_bytes,
      offset: place.offset,
    },
    crc: place.crc,
  }));
}

function entryOf({ name, method, size_bytes, stored_bytes, parts }: ZipMember): ZipEntry {
  return method === 0 ? { name, size_bytes } : { name, size_bytes, deflated_bytes: stored_bytes, parts };
}

function end(entries: readonly PlacedEntry[]): number {
  return entries.length === 0 ? 0 : endOf(entries.at(-1)!);
}

function totalOf(entries: readonly ZipEntry[]): number {
  return entries.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
}
