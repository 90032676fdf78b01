// Array files by themselves: one npy file, written, read or mapped. The public functions of the array engine.
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { rename, unlink } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { io, ioError } from "../disk/io-error.ts";
import { temporaryName } from "../disk/replace.ts";
import { confirmCommit } from "../disk/sync.ts";
import { dtype as lookUp, dtypeOf, typedArrayName, type TypedArray } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { native, type FileToWrite } from "../native.ts";
import { NDArray, bytesOf, type NDArrayFields, type Selection } from "../ndarray.ts";
import { mapExtent, readExtent, type MapMode } from "./extent.ts";
import { mappedArray, type MappedArray } from "./mapped-array.ts";
import { runJob, type JobOptions } from "./job.ts";
import { readNpyHeader } from "./npy-file.ts";
import { npyHeader } from "./npy-header.ts";
import type { Durability, Progress } from "./store.ts";

/** Options of {@link writeArray}. */
export interface WriteArrayOptions {
  /** `full` returns when the array would survive a crash of the machine; `process` (the default) when the system has it. */
  durability?: Durability;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Options of {@link readArray}. */
export interface ReadArrayOptions {
  /** Read a part only; the result then holds that part and nothing else. */
  selection?: Selection;
  /** Map the file instead of copying from it, copy-on-write (false). */
  map?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Below this many bytes a write without a sync takes less time than handing it to a worker. */
const SMALL_BYTES = 64 * 1024;

/**
 * Writes an array into an npy file, atomically: a reader finds the old file or the new one, whole.
 *
 *  1. The array goes into `.name.<random>.tmp` beside it (with `full` durability it is synced).
 *  2. That is renamed over `path`: the commit.
 *  3. With `full` durability the directory is synced.
 *
 * @param path a path or file: URL that ends with `.npy`.
 * @param array a typed array (one axis) or an n-dimensional array; it must stay as it is until the promise resolves.
 * @throws PersistError PERSIST_IO, PERSIST_DETACHED, PERSIST_UNSUPPORTED; the old file stays and no temporary remains. The signal's reason when aborted.
 */
export async function writeArray(
  path: string | URL,
  array: TypedArray | NDArrayFields,
  options: WriteArrayOptions = {},
): Promise<void> {
  const file = npyPath(path);
  const { durability = "process", signal, onProgress } = options;
  const source = asNDArray(array);
  const head = npyHeader(lookUp(source.dtype).descr, source.shape);
  const data = bytesOf(source);
  const directory = dirname(file);
  const temporary = temporaryName(directory, basename(file));
  const parts = [{ stem: basename(temporary), extension: "", head, data }];
  signal?.throwIfAborted();
  await writeParts(directory, parts, durability, { signal, onProgress });
  try {
    await io(file, rename(temporary, file));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  if (durability === "full") await confirmCommit(directory);
}

/**
 * Reads an npy file: into fresh memory, on a worker; or with `map` as {@link mapArray} does. Big-endian numbers are turned
 * round; Fortran order shows in the stride.
 *
 * @throws PersistError PERSIST_NOT_FOUND, PERSIST_FORMAT, PERSIST_UNSUPPORTED (Python objects are never read),
 * PERSIST_TRUNCATED, PERSIST_LIMIT, PERSIST_IO.
 */
export async function readArray(path: string | URL, options: ReadArrayOptions = {}): Promise<NDArray> {
  const { selection, map = false, signal, onProgress } = options;
  if (map || selection !== undefined) {
    // a part is copied out of a mapping: only the pages that it lies on are read
    const mapped = mapArray(path);
    if (selection === undefined) return mapped;
    if (map) return mapped.slice(selection);
    const part = copyOf(mapped.slice(selection));
    mapped.close();
    return part;
  }
  const file = npyPath(path);
  const fd = openFile(file, "r");
  try {
    const header = readNpyHeader(fd, file);
    const loaded = await runJob({ signal, onProgress }, "read", header.size_bytes, (control) =>
      readExtent(fd, header, file, control),
    );
    return new NDArray(loaded);
  } finally {
    closeSync(fd);
  }
}

/**
 * Maps an npy file, in constant time and synchronously. With mode `c` (the default) what is stored into the array stays in
 * memory; with `r+` it reaches the file. What cannot be used where it lies (big-endian, not aligned) is copied in mode `c`.
 *
 * The file must not be cut short while it is mapped: replace it (as {@link writeArray} does), never rewrite it in place.
 *
 * @throws PersistError as {@link readArray}, and PERSIST_UNSUPPORTED for what cannot be mapped in mode `r+`.
 */
export function mapArray(path: string | URL, options: { mode?: MapMode } = {}): MappedArray {
  const { mode = "c" } = options;
  if (mode !== "c" && mode !== "r+") throw new TypeError('mode must be "c" or "r+"');
  const file = npyPath(path);
  const fd = openFile(file, mode === "r+" ? "r+" : "r");
  try {
    return mappedArray(mapExtent(fd, readNpyHeader(fd, file), mode, file));
  } finally {
    closeSync(fd);
  }
}

async function writeParts(
  directory: string,
  files: readonly FileToWrite[],
  durability: Durability,
  options: JobOptions,
): Promise<void> {
  const total_bytes = files.reduce((sum, { head, data }) => sum + head.byteLength + data.byteLength, 0);
  if (durability === "process" && total_bytes <= SMALL_BYTES) native().writeFilesSync(directory, files);
  else {
    await runJob(options, "write", total_bytes, (control) =>
      native().writeFiles(directory, files, durability === "full", control),
    );
  }
}

function asNDArray(array: TypedArray | NDArrayFields): NDArray {
  if (typedArrayName(array) !== undefined) {
    const data = array as TypedArray;
    return new NDArray({ data, shape: [data.length], dtype: dtypeOf(data) });
  }
  return NDArray.isNDArray(array) && array instanceof NDArray ? array : new NDArray(array as NDArrayFields);
}

/** `contiguous` may give a view; a copy owns its memory. */
function copyOf(array: NDArray): NDArray {
  const { data, shape, dtype, attributes } = array.contiguous();
  return new NDArray({ data: data.slice(), shape, dtype, attributes });
}

function npyPath(path: string | URL): string {
  const file = resolve(path instanceof URL ? fileURLToPath(path) : path);
  if (!file.endsWith(".npy")) {
    throw new PersistError(
      "PERSIST_UNSUPPORTED",
      `${file} is not the path of an array file: it must end with .npy`,
      { file },
    );
  }
  return file;
}

/** Opens a file of the caller's, who may well name it through a link. A FIFO does not hang it. */
function openFile(file: string, mode: "r" | "r+"): number {
  let fd: number;
  try {
    fd = openSync(file, (mode === "r" ? constants.O_RDONLY : constants.O_RDWR) | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "EISDIR" || code === "ENXIO" ? notRegular(file) : ioError(error, file);
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw notRegular(file);
}

function notRegular(file: string): PersistError {
  return new PersistError("PERSIST_NOT_REGULAR_FILE", `${file} is not a regular file`, { file });
}
