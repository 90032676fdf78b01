// Fills a new npz file: members kept from another one, then arrays of the caller's, stored or deflated.
import { native } from "../native.ts";
import { runJob, type JobOptions } from "./job.ts";
import type { Durability } from "./store.ts";
import type { ZipMember } from "./zip-directory.ts";
import {
  centralDirectory,
  endOf,
  localHeader,
  localHeaderSize,
  placeEntries,
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
}

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
  const records = all.map(({ entry, crc }) => ({
    offset: entry.header_offset,
    data: localHeader(entry, crc),
  }));
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
  const sizes = arrays.map(({ name, head, data }) => ({ name, size_bytes: head.length + data.length }));
  const entries = placeEntries([...before, ...sizes], ALIGNMENT_BYTES).slice(before.length);
  const members = arrays.map(({ head, data }, k) => ({ offset: entries[k]!.offset, head, data }));
  const sums = await runJob(options, "write", totalOf(sizes), (control) => {
    options.checkPresent();
    return native().writeStored(path, members, control);
  });
  return entries.map((entry, k) => ({ entry, crc: sums[k]! }));
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
