// The header of an npy file: its text from an array's type and shape, and back. The one npy parser of the library.
import { dtype as lookUp, parseDescr, type DType } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { MAX_DIMENSIONS, type NDArray } from "../ndarray.ts";
import type { Extent } from "./extent.ts";
import { fieldsText, parseFields } from "./npy-fields.ts";
import { parsePythonLiteral, type PythonLiteral } from "./python-literal.ts";
import { RecordArray, type RecordField } from "./record-array.ts";

/** What an npy header says: where the elements lie, and how. */
export interface NpyHeader extends Extent {
  /** The fields, where the elements are records; the dtype then is that of raw bytes. */
  readonly fields?: readonly RecordField[];
}

const MAGIC = "\x93NUMPY";
const ALIGNMENT_BYTES = 64;
const LONGEST_HEADER_BYTES = 4 * 2 ** 20;

/** How many bytes of a file are certain to be enough for `headerSize`. */
export const PREAMBLE_BYTES = 12;

/** What the header of an array says of its type: a descriptor, or a list of fields. */
export function descrOfArray(array: NDArray): string {
  const { descr, itemsize_bytes } = lookUp(array.dtype);
  return array instanceof RecordArray ? fieldsText(array.fields, itemsize_bytes) : descr;
}

/**
 * The header of a C-order, little-endian array, as NumPy itself writes it: a multiple of 64 bytes, and at least `least_bytes`
 * where a longer shape may take its place.
 */
export function npyHeader(descr: string, shape: readonly number[], least_bytes: number = 0): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const type = descr.startsWith("[") ? descr : `'${descr}'`;
  const text = `{'descr': ${type}, 'fortran_order': False, 'shape': ${tuple}, }`;
  const preamble = MAGIC.length + 4;
  const needed = Math.max(preamble + text.length + 1, least_bytes);
  const size = Math.ceil(needed / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const length = size - preamble;
  if (length > 0xffff)
    throw new PersistError("PERSIST_LIMIT", "an npy header of more than 65,535 bytes is not written");
  const start = `${MAGIC}\x01\x00${String.fromCharCode(length & 0xff, length >> 8)}`;
  return Buffer.from(`${start}${text.padEnd(length - 1)}\n`, "latin1");
}

/** The same for many arrays: those that follow one of the same type and shape share its header. */
export function npyHeaders(): (descr: string, shape: readonly number[]) => Uint8Array {
  let last: { descr: string; shape: readonly number[]; head: Uint8Array } | undefined;
  return (descr, shape) => {
    const isSame =
      last?.descr === descr &&
      last.shape.length === shape.length &&
      last.shape.every((extent, axis) => extent === shape[axis]);
    if (!isSame) last = { descr, shape, head: npyHeader(descr, shape) };
    return last!.head;
  };
}

/**
 * Tells from the first 12 bytes (or the whole of a shorter file) how long the header with its preamble is.
 * @throws PersistError PERSIST_FORMAT when this is no npy file or the header would pass its end; PERSIST_UNSUPPORTED for
 * an unknown version; PERSIST_LIMIT for a header above 4 MiB.
 */
export function headerSize(start: Uint8Array, fileSize_bytes: number, file: string): number {
  const head = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (head.length < 10 || head.toString("latin1", 0, 6) !== MAGIC) {
    throw new PersistError(
      "PERSIST_FORMAT",
      `${file} is not an npy file: it does not begin with \\x93NUMPY`,
      { file },
    );
  }
  const [major, minor] = [head[6]!, head[7]!];
  if (major < 1 || major > 3 || minor !== 0) {
    throw new PersistError(
      "PERSIST_UNSUPPORTED",
      `${file} has npy version ${major}.${minor}; 1.0, 2.0 and 3.0 are known`,
      { file },
    );
  }
  const preamble = major === 1 ? 10 : 12;
  const size =
    preamble + (major === 1 ? head.readUInt16LE(8) : head.length < 12 ? Infinity : head.readUInt32LE(8));
  if (size > fileSize_bytes) {
    throw new PersistError(
      "PERSIST_FORMAT",
      `the header of ${file} would be longer than the file's ${fileSize_bytes} bytes`,
      { file },
    );
  }
  if (size > LONGEST_HEADER_BYTES) {
    throw new PersistError(
      "PERSIST_LIMIT",
      `the header of ${file} has ${size} bytes; up to ${LONGEST_HEADER_BYTES} are read`,
      { file },
    );
  }
  return size;
}

/**
 * Parses a header.
 * @param header the bytes from the start of the file, as many as `headerSize` says.
 * @throws PersistError PERSIST_FORMAT, PERSIST_UNSUPPORTED (Python objects, extended precision), PERSIST_LIMIT, and PERSIST_TRUNCATED when the file is too short for the shape.
 */
export function parseNpyHeader(header: Uint8Array, fileSize_bytes: number, file: string): NpyHeader {
  const fail = (what: string): PersistError =>
    new PersistError("PERSIST_FORMAT", `the header of ${file} ${what}`, { file });
  const entries = readDict(header, file);
  const descr = entries.get("descr");
  const fortran = entries.get("fortran_order");
  const shape = shapeOf(entries.get("shape"), fail);
  if (entries.size !== 3 || descr === undefined)
    throw fail("must hold descr, fortran_order and shape, and nothing else");
  if (typeof fortran !== "boolean") throw fail("has a fortran_order that is neither True nor False");
  const { dtype, bigEndian, fields } = typeOf(descr, file);
  const offset_bytes = header.length;
  const size_bytes = byteSize(shape, dtype, file);
  if (offset_bytes + size_bytes > fileSize_bytes) {
    throw new PersistError(
      "PERSIST_TRUNCATED",
      `${file} has ${fileSize_bytes} bytes, and its header promises ${offset_bytes + size_bytes}`,
      { file },
    );
  }
  const found = { dtype, bigEndian, fortran, shape, offset_bytes, size_bytes };
  return fields === undefined ? found : { ...found, fields };
}

function readDict(header: Uint8Array, file: string): ReadonlyMap<string, PythonLiteral> {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength).subarray(
    header[6] === 1 ? 10 : 12,
  );
  // version 3 is UTF-8, the others are Latin-1, which has no bad bytes
  const text = header[6] === 3 ? utf8Of(bytes, file) : bytes.toString("latin1");
  const literal = parsePythonLiteral(text, file);
  if (typeof literal !== "object" || literal === null || literal.kind !== "dict") {
    throw new PersistError("PERSIST_FORMAT", `the header of ${file} is not a Python dict`, { file });
  }
  return literal.entries;
}

function utf8Of(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PersistError("PERSIST_FORMAT", `the header of ${file} is not UTF-8`, { file, cause });
  }
}

function shapeOf(value: PythonLiteral | undefined, fail: (what: string) => PersistError): readonly number[] {
  if (typeof value !== "object" || value === null || value.kind !== "tuple")
    throw fail("has a shape that is not a tuple");
  const shape = value.items.map((extent) => {
    if (typeof extent !== "number" || extent < 0)
      throw fail("has a shape with an entry that is not an integer of 0 or more");
    return extent;
  });
  return shape;
}

function typeOf(
  descr: PythonLiteral,
  file: string,
): { dtype: DType; bigEndian: boolean; fields?: readonly RecordField[] } {
  if (typeof descr === "string") {
    try {
      return parseDescr(descr);
    } catch (error) {
      if (!(error instanceof PersistError)) throw error;
      throw new PersistError(error.code, `${file}: ${error.message}`, { file, cause: error });
    }
  }
  if (typeof descr === "object" && descr !== null && descr.kind === "list" && descr.items.length > 0) {
    const { fields, itemsize_bytes } = parseFields(descr.items, file);
    return { dtype: lookUp(`V${itemsize_bytes}`), bigEndian: false, fields };
  }
  throw new PersistError(
    "PERSIST_FORMAT",
    `the header of ${file} has a descr that is neither a string nor a list of fields`,
    { file },
  );
}

/** Bytes of all elements; PERSIST_LIMIT where that is no exact number, or there are too many axes. */
export function byteSize(shape: readonly number[], dtype: DType, file: string): number {
  const fail = (what: string): PersistError =>
    new PersistError("PERSIST_LIMIT", `${file}: ${what}`, { file });
  if (shape.length > MAX_DIMENSIONS)
    throw fail(`an array of ${shape.length} axes; up to ${MAX_DIMENSIONS} are read`);
  let bound = Math.max(dtype.itemsize_bytes, 1);
  for (const extent of shape) bound *= Math.max(extent, 1);
  if (!Number.isSafeInteger(bound))
    throw fail(`an array of shape [${shape.join(", ")}] has more than 2^53 bytes`);
  return shape.reduce((size, extent) => size * extent, dtype.itemsize_bytes);
}
