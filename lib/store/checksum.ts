// The checksum of an array: XXH3-128 of its elements in C order, as 32 hexadecimal digits. It is computed while the array is
// written, on another worker, and compared when it is read.
import { PersistError } from "../errors.ts";
import { native, type Control } from "../native.ts";
import type { NDArray } from "../ndarray.ts";
import { Turn, SMALL_BYTES } from "../turn.ts";
import { detached, presentBytes } from "./present-bytes.ts";

/** Whether a checksum is asked for. */
export interface SumOptions {
  readonly checksum: boolean;
}

/** The checksum of an array that was written, where one was asked for. */
export type Summed = string | undefined;

/**
 * Writes memory of the caller's and, where asked, sums each part of it at the same time; when this settles, both have ended. The checksum is that of the memory, not of what has
 * come to the disk: later it tells whether that was the same.
 * @throws PersistError PERSIST_DETACHED; what `write` throws
 */
export async function whileSummed(
  parts: readonly Uint8Array[],
  file: string,
  { checksum }: SumOptions,
  write: () => Promise<void>,
): Promise<readonly Summed[]> {
  if (!checksum) {
    await write();
    return [];
  }
  const control = native().createControl(undefined);
  const writing = write().catch((error: unknown) => {
    native().abort(control);
    throw error;
  });
  const [written, summed] = await Promise.allSettled([writing, sumAll(parts, file, control)]);
  if (written.status === "rejected") throw written.reason;
  if (summed.status === "rejected") throw summed.reason;
  return summed.value;
}

/** Small parts at once, in short turns; large ones on a worker. */
async function sumAll(parts: readonly Uint8Array[], file: string, control: Control): Promise<string[]> {
  const sums: string[] = [];
  const sizes = parts.map(({ byteLength }) => byteLength);
  const turn = new Turn();
  for (const [k, part] of parts.entries()) {
    if (turn.isOver) await turn.pause();
    if (part.byteLength !== sizes[k]) throw detached(file);
    const isSmall = part.byteLength <= SMALL_BYTES;
    sums.push(isSmall ? sumNow(part) : await native().checksumBorrowed(part, file, control));
  }
  return sums;
}

/**
 * Compares an array with its checksum; `place` is for messages.
 * @param array nobody but this library has its memory yet
 * @throws PersistError PERSIST_CORRUPT
 */
export async function checkSum(array: NDArray, expected: string, file: string, place: string): Promise<void> {
  const bytes = await presentBytes(array, file);
  const found =
    bytes.byteLength <= SMALL_BYTES ? sumNow(bytes) : await native().checksumMemory(bytes, undefined);
  if (found === expected.toLowerCase()) return;
  throw new PersistError(
    "PERSIST_CORRUPT",
    `${place} has the checksum ${found}, and ${expected} is expected`,
    { file },
  );
}

function sumNow(bytes: Uint8Array): string {
  const sum = native().createChecksum();
  native().updateChecksum(sum, bytes);
  return native().checksumDigest(sum);
}
