// Element types: NumPy's names for them, npy descriptors, and the typed array that holds each. Nothing here reads
// or writes arrays.
import { PersistError } from "./errors.ts";

/** Any typed array that can hold the elements of an array. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** A constructor of typed arrays, as far as this library uses one. */
export interface TypedArrayConstructor {
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  new (length: number): TypedArray;
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
}

/** NumPy's letter for the kind of an element. */
export type Kind = "b" | "i" | "u" | "f" | "c" | "M" | "m" | "S" | "U" | "V";

/** What is known of an element type. */
export interface DType {
  /** NumPy's name: `float64`, `complex128`, `datetime64[ns]`, `S10`, `U5`. */
  readonly name: string;
  /** npy's descriptor of the little-endian form: `<f8`, `|u1`, `<c16`, `<M8[ns]`. */
  readonly descr: string;
  readonly kind: Kind;
  /** Bytes of one element: 16 for complex128, 20 for U5. */
  readonly itemsize_bytes: number;
  /** Entries of `data` that make one element: 2 for complex, n for Sn, Un and Vn, else 1. */
  readonly entries: number;
  /** The typed array that holds the elements. float16 is `Float16Array` where the runtime has it, else `Uint16Array` of raw bits. */
  readonly Data: TypedArrayConstructor;
}

/** What an npy descriptor says, in either byte order. */
export interface Descr {
  readonly dtype: DType;
  /** Whether the bytes of each number are stored most significant first. */
  readonly bigEndian: boolean;
}

const Float16: TypedArrayConstructor | undefined = (globalThis as { Float16Array?: TypedArrayConstructor })
  .Float16Array;

const NUMERIC: Record<string, DType> = Object.assign(Object.create(null) as Record<string, DType>, {
  bool: numeric("bool", "|b1", "b", 1, 1, Uint8Array),
  int8: numeric("int8", "|i1", "i", 1, 1, Int8Array),
  int16: numeric("int16", "<i2", "i", 2, 1, Int16Array),
  int32: numeric("int32", "<i4", "i", 4, 1, Int32Array),
  int64: numeric("int64", "<i8", "i", 8, 1, BigInt64Array),
  uint8: numeric("uint8", "|u1", "u", 1, 1, Uint8Array),
  uint16: numeric("uint16", "<u2", "u", 2, 1, Uint16Array),
  uint32: numeric("uint32", "<u4", "u", 4, 1, Uint32Array),
  uint64: numeric("uint64", "<u8", "u", 8, 1, BigUint64Array),
  float16: numeric("float16", "<f2", "f", 2, 1, Float16 ?? Uint16Array),
  float32: numeric("float32", "<f4", "f", 4, 1, Float32Array),
  float64: numeric("float64", "<f8", "f", 8, 1, Float64Array),
  complex64: numeric("complex64", "<c8", "c", 8, 2, Float32Array),
  complex128: numeric("complex128", "<c16", "c", 16, 2, Float64Array),
});

const BY_CODE = new Map<string, DType>(Object.values(NUMERIC).map((dtype) => [dtype.descr.slice(1), dtype]));

const BY_CONSTRUCTOR: Record<string, string> = {
  Int8Array: "int8",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Int16Array: "int16",
  Uint16Array: "uint16",
  Int32Array: "int32",
  Uint32Array: "uint32",
  BigInt64Array: "int64",
  BigUint64Array: "uint64",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** NumPy's one-letter codes, which old files hold in place of a descriptor. */
const LETTERS: Readonly<Record<string, string>> = {
  "?": "b1",
  b: "i1",
  B: "u1",
  h: "i2",
  H: "u2",
  i: "i4",
  I: "u4",
  l: "i8",
  L: "u8",
  q: "i8",
  Q: "u8",
  e: "f2",
  f: "f4",
  d: "f8",
  F: "c8",
  D: "c16",
};

/** Units of datetime64 and timedelta64, with an optional count before them (`10ms`, `25s`); "generic" has none. */
const UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "\u03bcs", "ns", "ps", "fs", "as"];
const UNIT = new RegExp(`^(?:[1-9]\\d{0,8})?(?:${UNITS.join("|")})$`, "u");
const LONGEST_ITEM_BYTES = 2 ** 31 - 1;

function numeric(
  name: string,
  descr: string,
  kind: Kind,
  itemsize_bytes: number,
  entries: number,
  Data: TypedArrayConstructor,
): DType {
  return Object.freeze({ name, descr, kind, itemsize_bytes, entries, Data });
}

function time(kind: "M" | "m", unit: string): DType {
  const suffix = unit === "" ? "" : `[${unit}]`;
  const name = (kind === "M" ? "datetime64" : "timedelta64") + suffix;
  return numeric(name, `<${kind}8${suffix}`, kind, 8, 1, BigInt64Array);
}

function text(kind: "S" | "U" | "V", length: number): DType | undefined {
  const width = kind === "U" ? 4 : 1;
  if (!Number.isSafeInteger(length) || length * width > LONGEST_ITEM_BYTES) return undefined;
  const descr = `${kind === "U" ? "<" : "|"}${kind}${length}`;
  return numeric(
    `${kind}${length}`,
    descr,
    kind,
    length * width,
    length,
    kind === "U" ? Uint32Array : Uint8Array,
  );
}

const typedArrayTag: (this: unknown) => string | undefined = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get as (this: unknown) => string | undefined;

/** The intrinsic name of a typed array (`Float64Array`), whatever its class or own properties say; undefined for anything else. */
export function typedArrayName(value: unknown): string | undefined {
  return typedArrayTag.call(value);
}

/**
 * The element type of a typed array by its intrinsic class.
 * @returns NumPy's name: `float64` for a `Float64Array`, `int64` for a `BigInt64Array`.
 * @throws TypeError when the value is not a typed array.
 */
export function dtypeOf(array: unknown): string {
  const tag = typedArrayName(array);
  const name = tag === undefined ? undefined : BY_CONSTRUCTOR[tag];
  if (name === undefined) throw new TypeError("a typed array is expected");
  return name;
}

/**
 * Looks an element type up by NumPy's name: `float64`, `complex128`, `datetime64[ns]`, `S10`, `U5`, `V8`.
 * @throws RangeError when there is no such type.
 */
export function dtype(name: string): DType {
  const found = Object.hasOwn(NUMERIC, name) ? NUMERIC[name] : parametric(name);
  if (found === undefined)
    throw new RangeError(
      `unknown dtype ${JSON.stringify(name)}: expected a name such as "float64", "complex128", "datetime64[ns]", "S10" or "U5"`,
    );
  return found;
}

function parametric(name: string): DType | undefined {
  const times = /^(datetime64|timedelta64)(?:\[(.{1,16})\])?$/.exec(name);
  if (times) {
    const unit = times[2] ?? "";
    if (unit !== "" && unit !== "generic" && !UNIT.test(unit)) return undefined;
    return time(times[1] === "datetime64" ? "M" : "m", unit === "generic" ? "" : unit);
  }
  const strings = /^([SUV])(0|[1-9]\d{0,9})$/.exec(name);
  return strings ? text(strings[1] as "S" | "U" | "V", Number(strings[2])) : undefined;
}

/** The little-endian npy descriptor of a type: `<c16` for `complex128`. Throws RangeError for an unknown name. */
export function descrOf(name: string): string {
  return dtype(name).descr;
}

/**
 * Reads an npy descriptor such as `<c16`, `>i4`, `|b1`, `<M8[ns]`.
 * @throws PersistError PERSIST_UNSUPPORTED for types that NumPy has and this library does not hold (objects, long
 * doubles); PERSIST_FORMAT for what is no descriptor; PERSIST_LIMIT for an element of 2 GiB or more.
 */
export function parseDescr(descr: string): Descr {
  // most descriptors, without the expression below, which takes a while to compile
  const number = "<>|=".includes(descr.charAt(0)) ? BY_CODE.get(descr.slice(1)) : undefined;
  if (number !== undefined)
    return { dtype: number, bigEndian: descr.startsWith(">") && number.itemsize_bytes > 1 };
  const parts = /^([<>|=]?)([a-zA-Z?])(\d{0,24})(?:\[(.{1,16})\])?$/u.exec(descr);
  if (parts === null) throw badDescr(descr);
  const [, order, letter, digits, unit] = parts as unknown as [string, string, string, string, string?];
  const bigEndian = order === ">";
  if (letter === "M" || letter === "m") {
    if (digits !== "8" || (unit !== undefined && unit !== "generic" && !UNIT.test(unit)))
      throw badDescr(descr);
    return { dtype: time(letter, unit === undefined || unit === "generic" ? "" : unit), bigEndian };
  }
  if (unit !== undefined) throw badDescr(descr);
  if (letter === "O")
    throw new PersistError("PERSIST_UNSUPPORTED", "arrays of Python objects (pickles) are never read");
  if (letter === "S" || letter === "U" || letter === "V" || letter === "a") {
    if (digits === "") throw badDescr(descr);
    const found = text(letter === "a" ? "S" : letter, Number(digits));
    if (found === undefined)
      throw new PersistError("PERSIST_LIMIT", `an element of ${descr} has 2 GiB or more`);
    return { dtype: found, bigEndian: bigEndian && letter === "U" };
  }
  const found = BY_CODE.get(digits === "" ? (LETTERS[letter] ?? "") : letter + digits);
  if (found !== undefined) {
    return { dtype: found, bigEndian: bigEndian && found.itemsize_bytes > 1 };
  }
  if (/^(?:f1[026]|c(?:20|24|32))$/.test(letter + digits)) {
    throw new PersistError("PERSIST_UNSUPPORTED", `${descr} (extended precision) has no equal in JavaScript`);
  }
  throw badDescr(descr);
}

function badDescr(descr: string): PersistError {
  return new PersistError(
    "PERSIST_FORMAT",
    `${JSON.stringify(descr.slice(0, 80))} is not a NumPy type descriptor such as "<f8" or "|u1"`,
  );
}

/** Whether a typed array (by its intrinsic name) can hold elements of this type. */
export function holds(type: DType, typedArray: string): boolean {
  if (typedArray === type.Data.name) return true;
  if (type.name === "float16") return typedArray === "Uint16Array";
  return typedArray === "Uint8ClampedArray" && type.Data === Uint8Array;
}

/** The number whose IEEE 754 half-precision bits are `bits` (0 … 65535). */
export function float16FromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The half-precision bits nearest to a number, ties to even: what `Float16Array` would store. */
export function float16ToBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // the spacing of halves around `size`; dividing by a power of two is exact, so the one rounding is below
  const exponent = Math.max(Math.floor(Math.log2(size === 0 ? 1e-9 : size)), -14);
  const spacing = 2 ** (exponent - 10);
  const scaled = size / spacing;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const count = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // counts carry over into the exponent field by themselves, also from subnormal to normal and to infinity
  return sign | (exponent === -14 ? count : ((exponent + 14) << 10) + count);
}
