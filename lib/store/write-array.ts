// writeArray: one array into a file, atomically.
import type { TypedArray } from "../dtype.ts";
import { asNDArray, type NDArrayFields } from "../ndarray.ts";
import { checkOneOf } from "../options.ts";
import type { WriteArrayJob } from "./array-format.ts";
import type { PathOptions } from "./array-path.ts";
import { arrayAt } from "./formats.ts";
import type { Durability, Progress } from "./store.ts";

/** gzip's. */
const MOST_LEVEL = 9;

/** Options of {@link writeArray}. */
export interface WriteArrayOptions extends PathOptions {
  /** `full` returns when the array would survive a crash of the machine; `process` (the default) when the system has it. */
  durability?: Durability;
  /** Deflates the array (false): npz and HDF5 only. In HDF5 files a number is the level, 1 (which `true` is, the fastest) to 9. */
  compress?: boolean | number;
  /** Named values stored with the array, such as units, besides the array's own: HDF5 only. */
  attributes?: Readonly<Record<string, unknown>>;
  /** Sums the array while it is written, and gives its checksum (false). `readArray` compares it. */
  checksum?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/**
 * Writes an array into an npy file, or into a file of many arrays in the place of one of that name, keeping the others:
 * writes of this thread into one such file follow each other, between processes the last wins. Atomic: a reader finds the old file or the new one, whole. An array's own `attributes` are stored where the format can.
 *
 * @param path `a.npy`, `a.npz#name` or `a.h5#/group/name`; a string or a file: URL.
 * @param array a typed array (one axis) or an n-dimensional array; it must stay as it is until the promise resolves.
 * @returns with `checksum` the XXH3-128 of the elements in C order, before compression, as 32 hexadecimal digits
 * @throws PersistError PERSIST_IO, PERSIST_DETACHED, PERSIST_UNSUPPORTED, PERSIST_LIMIT above 4 GiB in Node 20 ({@link createArray} takes parts of it); the old file stays and no temporary remains. The signal's reason when aborted.
 */
export async function writeArray(
  path: string | URL,
  array: TypedArray | NDArrayFields,
  options: WriteArrayOptions & { checksum: true },
): Promise<string>;
export async function writeArray(
  path: string | URL,
  array: TypedArray | NDArrayFields,
  options?: WriteArrayOptions,
): Promise<void>;
export async function writeArray(
  path: string | URL,
  array: TypedArray | NDArrayFields,
  options: WriteArrayOptions = {},
): Promise<string | void> {
  const { file, format, name } = arrayAt(path, options);
  const job = jobOf(options);
  const source = asNDArray(array);
  job.signal?.throwIfAborted();
  const [sum] = await format.write(file, [{ name, array: source }], job);
  return sum;
}

/** Checks options. Throws TypeError and RangeError. */
export function jobOf({
  durability = "process",
  compress = false,
  attributes,
  checksum = false,
  signal,
  onProgress,
}: WriteArrayOptions): WriteArrayJob {
  checkOneOf("durability", durability, ["process", "full"]);
  return { durability, level: levelOf(compress), attributes, checksum, signal, onProgress };
}

/** The level of compression, 0 for none. Throws RangeError for what is none. */
export function levelOf(compress: boolean | number): number {
  const level = Number(compress);
  if (Number.isInteger(level) && level >= 0 && level <= MOST_LEVEL) return level;
  throw new RangeError(`compress must be a boolean or a level from 1 to ${MOST_LEVEL}`);
}
