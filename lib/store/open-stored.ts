// Opens an array that a row of an archive's array table names. Rows come from text that anyone may have written: nothing is
// believed before the file agrees, and no file outside the directory is touched.
import { parseDescr, type Descr } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import {
  mapExtent,
  readExtent,
  readExtentSync,
  type Extent,
  type Loaded,
  type MapMode,
  type Stream,
} from "./extent.ts";
import { headOf } from "./file-head.ts";
import { readNpyHeader } from "./npy-file.ts";
import { PREAMBLE_BYTES, byteSize, headerSize, parseNpyHeader, type NpyHeader } from "./npy-header.ts";
import { LARGEST_RATIO } from "./npz-file.ts";
import { reader } from "./reader.ts";
import type { FileHead, TableRow } from "./store.ts";
import { closeFile, openFileBeneath } from "./open-file.ts";

/** How to open a stored array. */
export interface OpenOptions {
  /** Map it (constant time) or copy it. */
  readonly map: boolean;
  /** With `map`: whether writes stay in memory (`c`) or reach the file (`r+`). */
  readonly mode: MapMode;
}

/**
 * Opens the array of a row, synchronously. An npy file must agree with the row by its own header; a file with an offset
 * must have the head that `head` says. No HDF5 library is called.
 *
 * @param directory the directory of the archive's module, to which the row's file is relative.
 * @throws PersistError PERSIST_PATH_ESCAPE, PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_NOT_FOUND for the file;
 * PERSIST_CORRUPT when it is not the one that the row was written for; PERSIST_FORMAT, PERSIST_UNSUPPORTED,
 * PERSIST_LIMIT, PERSIST_TRUNCATED for its content; PERSIST_IO.
 */
export function openStored(
  directory: string,
  row: TableRow,
  head: FileHead | undefined,
  options: OpenOptions,
): Loaded {
  const { fd, file, extent, stream } = find(directory, row, head, options);
  try {
    return isCopied(row, options)
      ? readExtentSync(fd, extent, file, stream)
      : mapExtent(fd, extent, options.mode, file);
  } finally {
    closeFile(fd);
  }
}

/** The same, where what must be inflated or copied is so on a worker. */
export async function loadStored(
  directory: string,
  row: TableRow,
  head: FileHead | undefined,
  options: OpenOptions,
): Promise<Loaded> {
  if (!isCopied(row, options)) return openStored(directory, row, head, options);
  const { fd, file, extent, stream } = find(directory, row, head, options);
  try {
    return await readExtent(fd, extent, file, stream);
  } finally {
    closeFile(fd);
  }
}

/** Whether to open an array takes time that grows with its size. */
export function isCopied(row: TableRow, { map }: Pick<OpenOptions, "map">): boolean {
  return !map || row[4] !== undefined;
}

interface Found {
  readonly fd: number;
  readonly file: string;
  readonly extent: Extent;
  readonly stream: Stream | undefined;
}

/** Opens the file, and finds the elements. */
function find(directory: string, row: TableRow, head: FileHead | undefined, options: OpenOptions): Found {
  const file = `${directory}/${row[0]}`;
  checkRow(row, file);
  const writable = options.map && options.mode === "r+";
  if (writable && (file.endsWith(".npz") || row[4] !== undefined)) {
    throw new PersistError(
      "PERSIST_UNSUPPORTED",
      `${file} cannot be mapped for writing: ${file.endsWith(".npz") ? "zip files hold checksums of their content" : "it is compressed"}`,
      { file },
    );
  }
  const fd = openFileBeneath(directory, row[0], writable);
  try {
    const [, , , start, stored_bytes] = row;
    if (start === undefined)
      return { fd, file, extent: fromHeader(readNpyHeader(fd, file), row, file), stream: undefined };
    const extent = fromRow(fd, row, head, file);
    if (stored_bytes === undefined) return { fd, file, extent, stream: undefined };
    const stream = { start, stored_bytes };
    const inside = file.endsWith(".npz")
      ? fromStream(fd, row, stream, file)
      : fromChunk(extent, stored_bytes, file);
    return { fd, file, extent: inside, stream };
  } catch (error) {
    closeFile(fd);
    throw error;
  }
}

/** Rows come from a literal in a text: their types are not believed either. */
function checkRow([, descr, shape]: TableRow, file: string): void {
  const isShape =
    Array.isArray(shape) && shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
  if (typeof descr === "string" && isShape) return;
  throw new PersistError(
    "PERSIST_FORMAT",
    `the array table's row for ${file} is not [file, type, shape, offset]`,
    { file },
  );
}

/** The element type that a row names; what is wrong with it names the file. */
function rowType(descr: string, file: string): Descr {
  try {
    return parseDescr(descr);
  } catch (error) {
    if (!(error instanceof PersistError)) throw error;
    throw new PersistError(error.code, `the array table's row for ${file}: ${error.message}`, {
      file,
      cause: error,
    });
  }
}

/** The elements that a stream inflates to, which is the one chunk of an HDF5 dataset. */
function fromChunk(extent: Extent, stored_bytes: number, file: string): Extent {
  if (extent.size_bytes <= stored_bytes * LARGEST_RATIO) return { ...extent, offset_bytes: 0 };
  throw new PersistError(
    "PERSIST_FORMAT",
    `${file}: ${stored_bytes} bytes cannot inflate to the ${extent.size_bytes} of the archive's array table`,
    { file },
  );
}

/** The elements in what a deflated entry inflates to, behind a header, which must agree with the row. */
function fromStream(fd: number, row: TableRow, { start, stored_bytes }: Stream, file: string): Extent {
  const inflate = (wanted: number): Uint8Array =>
    reader().inflateStart(fd, start, stored_bytes, wanted, file);
  const largest_bytes = stored_bytes * LARGEST_RATIO;
  const size = headerSize(inflate(PREAMBLE_BYTES), largest_bytes, file);
  return fromHeader(parseNpyHeader(inflate(size), largest_bytes, file), row, file);
}

function fromHeader(header: NpyHeader, [, descr, shape]: TableRow, file: string): Extent {
  const wanted = rowType(descr, file).dtype.name;
  if (header.dtype.name !== wanted || !sameShape(header.shape, shape)) {
    const found = `${header.dtype.name} of shape [${header.shape.join(", ")}]`;
    throw new PersistError(
      "PERSIST_CORRUPT",
      `${file} holds ${found}, and the archive's array table expects ${wanted} of shape [${shape.join(", ")}]`,
      { file },
    );
  }
  return header;
}

function fromRow(fd: number, row: TableRow, head: FileHead | undefined, file: string): Extent {
  const [, descr, shape, offset_bytes = 0, deflated_bytes] = row;
  if (head === undefined) {
    throw new PersistError(
      "PERSIST_FORMAT",
      `the array table gives an offset into ${file} and no head for it`,
      { file },
    );
  }
  const found = headOf(fd);
  if (found[0] !== head[0] || found[1] !== head[1]) {
    throw new PersistError(
      "PERSIST_CORRUPT",
      `${file} has size ${found[0]} and head checksum ${found[1]}, and the archive was written with ${head[0]} and ${head[1]}: something else has rewritten it`,
      { file },
    );
  }
  const { dtype, bigEndian } = rowType(descr, file);
  const size_bytes = byteSize(shape, dtype, file);
  const stored_bytes = deflated_bytes ?? size_bytes;
  const isNumber = (number: number): boolean => Number.isSafeInteger(number) && number >= 0;
  if (!isNumber(offset_bytes) || !isNumber(stored_bytes) || offset_bytes + stored_bytes > found[0]) {
    throw new PersistError(
      "PERSIST_TRUNCATED",
      `${file} has ${found[0]} bytes, and the array table expects ${stored_bytes} from offset ${offset_bytes}`,
      { file },
    );
  }
  return { dtype, bigEndian, fortran: false, shape, offset_bytes, size_bytes };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}
