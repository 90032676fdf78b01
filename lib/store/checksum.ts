// The checksum of an array: XXH3-128 of its elements in C order, as 32 hexadecimal digits. It is computed while the array is
// written, on another worker, and compared when it is read.
import { PersistError } from "../errors.ts";
import { native } from "../native.ts";
import type { NDArray } from "../ndarray.ts";
import { presentBytes } from "./present-bytes.ts";
import { SMALL_BYTES } from "./write-new-files.ts";

/** Whether a checksum is asked for. */
export interface SumOptions {
  readonly checksum: boolean;
}

/** The checksum of what was written, where one was asked for. */
export type Summed = string | undefined;

/**
 * Writes memory of the caller's and, where asked, sums it at the same time; when this settles, both have ended. The checksum is that of the memory, not of what has
 * come to the disk: later it tells whether that was the same.
 * @throws PersistError PERSIST_DETACHED; what `write` throws
 */
export async function whileSummed(
  bytes: Uint8Array,
  file: string,
  { checksum }: SumOptions,
  write: () => Promise<void>,
): Promise<Summed> {
  if (!checksum) {
    await write();
    return undefined;
  }
  if (bytes.byteLength <= SMALL_BYTES) {
    const sum = sumNow(bytes);
    await write();
    return sum;
  }
  const control = native().createControl(undefined);
  const writing = write().catch((error: unknown) => {
    native().abort(control);
    throw error;
  });
  const [written, summed] = await Promise.allSettled([
    writing,
    native().checksumBorrowed(bytes, file, control),
  ]);
  if (written.status === "rejected") throw written.reason;
  if (summed.status === "rejected") throw summed.reason;
  return summed.value;
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
