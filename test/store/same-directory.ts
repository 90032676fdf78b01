// The addon and Node alone must see the same in the directory of a zip file, or refuse it alike.
import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { isPersistError } from "persist-archive";
import { native, type Reader } from "#dist/native.js";
import { portableReader } from "#dist/store/portable/reader.js";

const END_BYTES = 22;
const SOME = 20;

/** What comes of something, or the code of the error. */
function outcome(look: () => unknown): unknown {
  try {
    return look();
  } catch (error) {
    if (isPersistError(error)) return error.code;
    throw error;
  }
}

function seenBy(reader: Reader, fd: number, start: number, size: number, count: number): unknown {
  return outcome(() => {
    const index = reader.indexZip(fd, start, size, count, "a file");
    const names = reader.zipNames(index);
    const records = names.slice(0, SOME).map((name) =>
      outcome(() => {
        const { bytes, header_offset, end } = reader.zipRecord(index, name)!;
        return [Buffer.from(bytes).toString("hex"), header_offset, end];
      }),
    );
    const wanted = ["none", ...names.toReversed()];
    const orders = [undefined, wanted].map((some) =>
      outcome(() => Array.from(reader.orderZip(index, some).positions)),
    );
    return { names, records, orders };
  });
}

/** Compares the two, where the end of a file says that there is a directory. Gives whether it does. */
export function assertSameDirectory(file: string): boolean {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0 || end + END_BYTES > bytes.length) return false;
  const count = bytes.readUInt16LE(end + 10);
  const [size, start] = [bytes.readUInt32LE(end + 12), bytes.readUInt32LE(end + 16)];
  if (start + size > bytes.length) return false;
  const fd = openSync(file, "r");
  try {
    const [ours, portable] = [native(), portableReader].map((one) => seenBy(one, fd, start, size, count));
    assert.deepEqual(ours, portable);
  } finally {
    closeSync(fd);
  }
  return true;
}
