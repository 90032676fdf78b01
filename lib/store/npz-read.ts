// Reads many arrays of an npz file in one go.
import { crc32 } from "node:zlib";
import { NDArray, strideOf } from "../ndarray.ts";
import { PersistError } from "../errors.ts";
import { Turn } from "../turn.ts";
import type { ReadOptions } from "./array-format.ts";
import { mapExtent } from "./extent.ts";
import { mappedArray } from "./mapped-array.ts";
import { parseNpyHeader, type NpyHeader } from "./npy-header.ts";
import { ENDING, directoryOf, findMember, lookAt, type Look, type NpzArray } from "./npz-file.ts";
import { closeFile, openFile } from "./open-file.ts";
import { ReadAhead } from "./read-ahead.ts";
import { partOf } from "./job.ts";
import { readElements, SMALL_BYTES } from "./read-elements.ts";

/**
 * Reads the arrays of some names, or all. Entries are visited in the order in which they lie, so that small ones are read many at a time; others, one by
 * one, on a worker.
 * @throws PersistError as `readArray`; PERSIST_FORMAT where all are asked for and one is no array
 */
export async function readNpz(
  file: string,
  only: readonly string[] | undefined,
  options: ReadOptions,
): Promise<Map<string, NDArray>> {
  const fd = openFile(file, "r");
  try {
    const directory = directoryOf(fd, file);
    const names = only ?? [...directory.names()].map((entry) => nameOf(entry, file));
    const members = names.map((name) => ({ name, member: findMember(directory, file, name) }));
    // they are put in here in the order that was asked for, and filled in the order of the file
    const out = new Map<string, NDArray | undefined>(names.map((name) => [name, undefined]));
    const total_bytes = members.reduce((sum, { member }) => sum + member.size_bytes, 0);
    const ahead = new ReadAhead(fd, file);
    const look = { readAt: ahead.readAt.bind(ahead), parse: parserOfMany() };
    const turn = new Turn();
    let done_bytes = 0;
    for (const { name, member } of members.toSorted(
      (a, b) => a.member.header_offset - b.member.header_offset,
    )) {
      if (turn.isOver) {
        await turn.pause();
        options.signal?.throwIfAborted();
      }
      const found = lookAt(fd, file, member, look);
      const job = partOf(options, done_bytes, total_bytes);
      out.set(name, littleOf(found, look, file) ?? (await largeOf(fd, found, file, job)));
      done_bytes += member.size_bytes;
    }
    options.onProgress?.({ phase: "read", done_bytes: total_bytes, total_bytes });
    return out as Map<string, NDArray>;
  } finally {
    closeFile(fd);
  }
}

function nameOf(entry: string, file: string): string {
  if (entry.endsWith(ENDING)) return entry.slice(0, -ENDING.length);
  throw new PersistError("PERSIST_FORMAT", `${JSON.stringify(entry)} in ${file} is no npy file`, { file });
}

/** Arrays of one type and shape have the same header, and often follow each other. */
function parserOfMany(): Look["parse"] {
  let last: { bytes: Uint8Array; header: NpyHeader } | undefined;
  return (bytes, size_bytes, place) => {
    if (last === undefined || Buffer.compare(last.bytes, bytes) !== 0)
      last = { bytes, header: parseNpyHeader(bytes, size_bytes, place) };
    return last.header;
  };
}

/** A small array, stored as it is used: out of what was read ahead. */
function littleOf({ extent, packing, member }: NpzArray, look: Look, file: string): NDArray | undefined {
  const { dtype, shape, fortran, bigEndian, fields, offset_bytes, size_bytes } = extent;
  if (packing.deflated !== undefined || bigEndian || fields !== undefined) return undefined;
  if (member.size_bytes > SMALL_BYTES) return undefined;
  const whole = look.readAt(offset_bytes - packing.head.length, member.size_bytes);
  if (crc32(whole) !== packing.crc)
    throw new PersistError(
      "PERSIST_CORRUPT",
      `the CRC-32 of ${member.name} in ${file} is not the one in its entry`,
      {
        file,
      },
    );
  const from = whole.byteOffset + packing.head.length;
  const data = new dtype.Data(whole.buffer.slice(from, from + size_bytes));
  return new NDArray({ data, shape, stride: strideOf(shape, fortran), dtype: dtype.name });
}

async function largeOf(
  fd: number,
  { extent, packing }: NpzArray,
  file: string,
  options: ReadOptions,
): Promise<NDArray> {
  if (options.map && packing.deflated === undefined) return mappedArray(mapExtent(fd, extent, "c", file));
  return readElements(fd, extent, packing, undefined, file, options);
}
