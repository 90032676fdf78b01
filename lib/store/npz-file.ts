// Finds arrays in an open npz file: the directory, kept for the next call, and the npy header within an entry.
import { fstatSync } from "node:fs";
import { PersistError } from "../errors.ts";
import { headerSize, parseNpyHeader, type NpyHeader } from "./npy-header.ts";
import type { KeptMembers } from "./npz-writer.ts";
import type { Packing } from "./read-elements.ts";
import { ReadAhead } from "./read-ahead.ts";
import { reader } from "./reader.ts";
import { broken, readAt } from "./zip-bytes.ts";
import { ZipDirectory } from "./zip-directory.ts";
import type { ZipMember } from "./zip-member.ts";

/** What an entry is called whose array is called `a`: `a.npy`. */
export const ENDING = ".npy";

/** Whether an entry is that of a folder, which zip tools make and which holds nothing. */
export function isFolder(entry: string): boolean {
  return entry.endsWith("/");
}

/** One array in an npz file. */
export interface NpzArray {
  /** In a deflated entry the offset counts in what the stream inflates to. */
  readonly extent: NpyHeader;
  readonly packing: Packing;
  readonly member: ZipMember;
}

const LOCAL_BYTES = 30;
const SIZES_FOLLOW = 0x08;
const UTF8_NAME = 0x0800;
/** One read is enough for nearly every local header with the npy header behind it. */
const FIRST_BYTES = 1024;
/** No DEFLATE stream grows by more than this: 258 bytes of each two bits. */
export const LARGEST_RATIO = 1032;

interface Kept {
  readonly file: string;
  readonly identity: string;
  readonly directory: ZipDirectory;
}

/** Of the file used last: reading array after array reads the directory once. */
let kept: Kept | undefined;

/**
 * The directory of the npz file open as `fd`; one that was read before, when the file is still the same. Who uses it after this turn of the event loop holds it.
 * @throws PersistError as {@link ZipDirectory}.
 */
export function directoryOf(fd: number, file: string): ZipDirectory {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  const identity = [dev, ino, size, mtimeNs, ctimeNs].join();
  if (kept?.file !== file || kept.identity !== identity) {
    const directory = new ZipDirectory(fd, file);
    kept?.directory.release();
    kept = { file, identity, directory };
  }
  return kept.directory;
}

/**
 * The array of a name.
 * @throws PersistError PERSIST_NOT_FOUND; PERSIST_FORMAT, PERSIST_UNSUPPORTED, PERSIST_LIMIT for the entry and the header in it.
 */
export function findNpzArray(fd: number, file: string, name: string): NpzArray {
  const look: Look = { readAt: (position, size) => readAt(fd, position, size, file), parse: parseNpyHeader };
  return lookAt(fd, file, findMember(directoryOf(fd, file), file, name), look);
}

/** The entry of an array. */
export function findMember(directory: ZipDirectory, file: string, name: string): ZipMember {
  const member = directory.find(name + ENDING);
  if (member !== undefined) return member;
  throw new PersistError("PERSIST_NOT_FOUND", `${file} has no array ${JSON.stringify(name)}`, { file });
}

/** How the bytes of entries are got, and npy headers parsed. */
export interface Look {
  readAt(position: number, size: number): Buffer;
  parse(header: Uint8Array, size_bytes: number, place: string): NpyHeader;
}

/** What lies in an entry. */
export function lookAt(fd: number, file: string, member: ZipMember, look: Look): NpzArray {
  const start = checkLocal(look, file, member);
  const at = `${file}#${member.name.slice(0, -ENDING.length)}`;
  if (member.method === 0) {
    const first = look.readAt(start, Math.min(FIRST_BYTES, member.size_bytes));
    const size = headerSize(first, member.size_bytes, at);
    const head = size <= first.length ? first.subarray(0, size) : look.readAt(start, size);
    const extent = look.parse(head, member.size_bytes, at);
    checkFills(extent, member, at, file);
    return {
      extent: { ...extent, offset_bytes: start + size },
      packing: { crc: member.crc, head },
      member,
    };
  }
  if (member.size_bytes > member.stored_bytes * LARGEST_RATIO)
    throw broken(file, `${JSON.stringify(member.name)} cannot grow to ${member.size_bytes} bytes`);
  const inflate = (wanted: number): Buffer =>
    reader().inflateStart(fd, start, member.stored_bytes, Math.min(wanted, member.size_bytes), file);
  const first = inflate(FIRST_BYTES);
  const size = headerSize(first, member.size_bytes, at);
  const head = size <= first.length ? first.subarray(0, size) : inflate(size);
  const extent = look.parse(head, member.size_bytes, at);
  checkFills(extent, member, at, file);
  const { stored_bytes, size_bytes } = member;
  const parts = member.parts && { ...member.parts, head_bytes: size };
  return {
    extent,
    packing: { crc: member.crc, head, deflated: { start, stored_bytes, size_bytes, parts } },
    member,
  };
}

/** All members but those of some names, with where their bytes begin. */
export function membersBut(fd: number, file: string, names: ReadonlySet<string>): KeptMembers {
  const directory = directoryOf(fd, file);
  const ahead = new ReadAhead(fd, file);
  const members = [...directory.names()]
    .filter((entry) => !names.has(entry))
    .map((entry) => {
      const member = directory.find(entry)!;
      return { member, start: checkLocal(ahead, file, member) };
    });
  return { fd, file, members };
}

/** Checks the local header against the directory, and tells where the entry's bytes begin. */
function checkLocal(look: Pick<Look, "readAt">, file: string, member: ZipMember): number {
  const { header_offset, name, end, stored_bytes } = member;
  const fail = (what: string): PersistError => broken(file, `the entry ${JSON.stringify(name)} ${what}`);
  const wanted = Math.min(LOCAL_BYTES + 3 * name.length, end - header_offset);
  const header = look.readAt(header_offset, Math.max(wanted, LOCAL_BYTES));
  if (header.readUInt32LE(0) !== 0x04034b50) throw fail("has no header of its own");
  const nameBytes = header.readUInt16LE(26);
  const start = header_offset + LOCAL_BYTES + nameBytes + header.readUInt16LE(28);
  if (start + stored_bytes > end) throw fail("would lie over what follows it");
  const isUtf8 = (header.readUInt16LE(6) & UTF8_NAME) !== 0;
  const ownName = header.subarray(LOCAL_BYTES, LOCAL_BYTES + nameBytes);
  // names of other code pages are compared by the directory's flag alone: they are read there
  if (isUtf8 === ((member.flags & UTF8_NAME) !== 0) && (isUtf8 || /^[\x20-\x7e]*$/u.test(name))) {
    if (ownName.toString("utf8") !== name)
      throw fail(`calls itself ${JSON.stringify(ownName.toString("utf8"))}`);
  }
  if (header.readUInt16LE(8) !== member.method) throw fail("has two methods of compression");
  const [crc, packed] = [header.readUInt32LE(14), header.readUInt32LE(18)];
  const isTold = (header.readUInt16LE(6) & SIZES_FOLLOW) === 0;
  if (isTold && crc !== member.crc) throw fail("has two checksums");
  if (isTold && packed !== 0xffffffff && packed !== stored_bytes) throw fail("has two sizes");
  return start;
}

/** Nothing may follow the elements: that would be read, and its checksum with it. */
function checkFills(extent: NpyHeader, member: ZipMember, at: string, file: string): void {
  const { offset_bytes, size_bytes } = extent;
  if (offset_bytes + size_bytes === member.size_bytes) return;
  throw new PersistError(
    "PERSIST_FORMAT",
    `${at} holds ${member.size_bytes} bytes, and its header promises ${offset_bytes + size_bytes}`,
    { file },
  );
}
