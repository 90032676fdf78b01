// NDArray: an n-dimensional view of a typed array. Owns indexing, slicing and copying in memory; no files.
import { types } from "node:util";
import {
  dtype as lookUp,
  dtypeOf,
  float16FromBits,
  float16ToBits,
  holds,
  typedArrayName,
  type DType,
  type TypedArray,
} from "./dtype.ts";
import { PersistError } from "./errors.ts";

/** What marks an NDArray, also one of another copy of this library or of an archive's own loader. */
export const NDARRAY: unique symbol = Symbol.for("persist-archive.NDArray") as never;

/** Most axes that an array may have: NumPy's limit. */
export const MAX_DIMENSIONS = 32;

/**
 * One entry per axis: an index (which drops the axis), `[start, stop]` or `[start, stop, step]`, in which `null` means the end
 * that the step comes from or goes to, or `null` for the whole axis. Negative numbers count from the end, as in NumPy. Axes without an entry are taken
 * whole, too.
 */
export type Selection = readonly (
  | number
  | null
  | readonly [start: number | null, stop: number | null]
  | readonly [start: number | null, stop: number | null, step: number | null]
)[];

/** A complex number, as `get` gives it. */
export interface Complex {
  re: number;
  im: number;
}

/** One element: the type depends on the dtype. */
export type Element = number | bigint | boolean | string | Complex | Uint8Array;

/** The fields that make an NDArray; also what the constructor takes. */
export interface NDArrayFields<Data extends TypedArray = TypedArray> {
  /** The numbers; complex elements take two entries each, `Sn`, `Un` and `Vn` take n. */
  readonly data: Data;
  readonly shape: readonly number[];
  /** Steps between neighbours along each axis, in elements (not bytes); C order when absent. */
  readonly stride?: readonly number[];
  /** Where element [0, …, 0] lies in `data`, in elements; 0 when absent. */
  readonly offset?: number;
  /** NumPy's name of the element type; that of `data` when absent. */
  readonly dtype?: string;
  /** Named values that belong to the array, such as units; `{}` when absent. */
  readonly attributes?: Record<string, unknown>;
}

/** How elements are found: shape, and steps and start in elements. */
export interface View {
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/**
 * Data that is made when it is first asked for, such as a mapped file: V8 counts the length of a buffer as memory and may
 * collect garbage for a large one, so that a huge file is not made into one before somebody wants all of it.
 */
export interface LazyData<Data extends TypedArray = TypedArray> {
  /** Entries of the whole. */
  readonly length: number;
  /** Makes the whole. */
  all(): Data;
  /** Makes the entries from `start` to before `end`, over the same memory. */
  part(start: number, end: number): Data;
}

/** How far a look at one element reaches while the data are yet to be made, and how many such looks come before that. */
const WINDOW_ENTRIES = 2 ** 16;
const MOST_WINDOWS = 16;

/** Data that are yet to be made, and the part of them that was looked at last. */
class Pending {
  readonly lazy: LazyData;
  #window: TypedArray | undefined;
  #start = 0;
  #made = 0;

  constructor(lazy: LazyData) {
    this.lazy = lazy;
  }

  /** A part that holds some entries, and where it begins; undefined once so many were asked for that the whole is worth it. */
  around(entry: number, count: number): { data: TypedArray; start: number } | undefined {
    const end = this.#start + (this.#window?.length ?? 0);
    if (this.#window === undefined || entry < this.#start || entry + count > end) {
      if (++this.#made > MOST_WINDOWS) return undefined;
      this.#start = entry - (entry % WINDOW_ENTRIES);
      const most = Math.max(this.#start + WINDOW_ENTRIES, entry + count);
      this.#window = this.lazy.part(this.#start, Math.min(most, this.lazy.length));
    }
    return { data: this.#window, start: this.#start };
  }
}

/** NDArrays whose data are yet to be made. */
const pending = new WeakMap<object, Pending>();

/** Makes the data of an NDArray whose `data` is still a getter, so that it is an own value. Does nothing to anything else. */
export function settleData(array: object): void {
  const lazy = pending.get(array)?.lazy;
  if (lazy === undefined) return;
  const value = lazy.all();
  pending.delete(array);
  Object.defineProperty(array, "data", { value, writable: true, enumerable: true, configurable: true });
}

/**
 * An n-dimensional array: `data`, and how to find elements in it. It copies nothing: `slice` gives a view.
 *
 * @example
 * const a = new NDArray({ data: new Float64Array(6), shape: [2, 3] });
 * a.set(1, -1, 2.5);
 * a.slice([1]).get(2); // 2.5
 */
export class NDArray<Data extends TypedArray = TypedArray> implements NDArrayFields<Data> {
  readonly data!: Data;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  readonly dtype: string;
  attributes: Record<string, unknown>;

  /**
   * @throws TypeError when `data` is not a typed array or does not hold the dtype.
   * @throws RangeError when the shape is not a list of at most 32 sizes, or the view would leave `data`.
   */
  constructor(fields: NDArrayFields<Data>);
  /** @internal data that are made on demand, of the class that the dtype asks for */
  constructor(fields: Omit<NDArrayFields<Data>, "data"> & { readonly dtype: string }, lazy: LazyData<Data>);
  constructor(fields: Omit<NDArrayFields<Data>, "data"> & { readonly data?: Data }, lazy?: LazyData<Data>) {
    const { shape, stride, offset = 0, dtype, attributes = {} } = fields;
    const data = lazy ?? fields.data!;
    const type = lazy === undefined ? typeOf(fields.data, dtype) : lookUp(dtype!);
    const layout = layoutOf(shape, stride);
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new RangeError("NDArray: offset must be an integer of 0 or more");
    const first = offset + layout.first;
    const last = offset + layout.last;
    if (layout.first <= layout.last && (first < 0 || (last + 1) * type.entries > data.length)) {
      throw new RangeError(
        `NDArray: shape [${layout.shape.join(", ")}] needs elements ${first} to ${last}, and data holds ${Math.floor(data.length / Math.max(type.entries, 1))}`,
      );
    }
    if (lazy === undefined) this.data = fields.data!;
    else {
      pending.set(this, new Pending(lazy));
      const get = (): Data => {
        settleData(this);
        return this.data;
      };
      Object.defineProperty(this, "data", { get, enumerable: true, configurable: true });
    }
    this.shape = layout.shape;
    this.stride = layout.stride;
    this.offset = offset;
    this.dtype = type.name;
    this.attributes = attributes;
  }

  /** Whether a value is an NDArray of any copy of this library: told by a symbol on its prototype chain, running no code of the value. */
  static isNDArray(this: void, value: unknown): value is NDArray {
    for (
      let holder = value;
      typeof holder === "object" && holder !== null;
      holder = Object.getPrototypeOf(holder)
    ) {
      if (types.isProxy(holder)) return false;
      const mark = Object.getOwnPropertyDescriptor(holder, NDARRAY);
      if (mark !== undefined) return mark.value === true;
    }
    return false;
  }

  /** Number of elements. */
  get size(): number {
    const { shape } = this;
    let size = 1;
    for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
    return size;
  }

  /**
   * The element at an index (one integer per axis; negative ones count from the end): a number; a bigint for 64-bit
   * integers and times (their count of units); a boolean for bool; `{ re, im }` for complex; a string for `Un`; bytes
   * without trailing zeros for `Sn`; bytes for `Vn`.
   * @throws RangeError when the index is outside; PersistError PERSIST_CLOSED when the memory was given back or transferred.
   */
  get(...index: number[]): Element {
    const type = lookUp(this.dtype);
    const entry = this.#entryOf(index, type);
    const { data, start } = pending.get(this)?.around(entry, type.entries) ?? { data: this.data, start: 0 };
    checkThere(data, entry - start, type);
    return read(data, entry - start, type);
  }

  /**
   * Stores an element: `set(i, j, value)`, with values as `get` gives them. A complex element also takes a plain
   * number, `Sn` a string (as UTF-8). Numbers are converted as the typed array does.
   * @throws RangeError when the index is outside or the text too long; TypeError for a value of another type.
   */
  set(...indexAndValue: [...index: number[], value: Element]): void {
    const index = indexAndValue.slice(0, -1) as number[];
    const type = lookUp(this.dtype);
    const entry = this.#entryOf(index, type);
    checkThere(this.data, entry, type);
    write(this.data, entry, type, indexAndValue.at(-1)!);
  }

  /** A view of a part, sharing memory and `attributes`. Bounds beyond an axis are cut as in NumPy; an index outside is a RangeError. */
  slice(selection: Selection): NDArray<Data> {
    const { shape, stride, offset } = select(this, selection);
    const fields = { shape, stride, dtype: this.dtype, attributes: this.attributes };
    const lazy = pending.get(this)?.lazy as LazyData<Data> | undefined;
    if (lazy === undefined) return new NDArray({ data: this.data, offset, ...fields });
    const { entries } = lookUp(this.dtype);
    const { first, last } = reachOf(shape, stride, offset);
    const data = lazy.part(first * entries, (last + 1) * entries);
    return new NDArray({ data, offset: offset - first, ...fields });
  }

  /** The same elements in C order without gaps, from the first entry of `data` to its last: this array itself or a view where memory already is so, else a copy. */
  contiguous(): NDArray<Data> {
    const { entries, Data } = lookUp(this.dtype);
    const { shape, dtype, attributes, size, offset } = this;
    if (isDense(this)) {
      if (offset === 0 && this.data.length === size * entries) return this;
      const data = this.data.subarray(offset * entries, (offset + size) * entries) as Data;
      return new NDArray({ data, shape, dtype, attributes });
    }
    // a float16 array may be raw bits where Float16Array exists: the copy keeps the class of its source
    const Class = typedArrayName(this.data) === "Uint16Array" && dtype === "float16" ? Uint16Array : Data;
    const data = new Class(size * entries) as Data;
    gather(this, data);
    return new NDArray({ data, shape, dtype, attributes });
  }

  #entryOf(index: readonly number[], type: DType): number {
    const { shape, stride } = this;
    if (index.length !== shape.length)
      throw new RangeError(`${shape.length} indices are expected, not ${index.length}`);
    let position = this.offset;
    for (let axis = 0; axis < shape.length; axis++)
      position += stride[axis]! * place(index[axis]!, shape[axis]!, axis);
    return position * type.entries;
  }

  static {
    Object.defineProperty(this.prototype, NDARRAY, { value: true });
  }
}

/** Where the elements of a part of a view lie: what `slice` does, by numbers alone. */
export function select(view: View, selection: Selection): View {
  if (!Array.isArray(selection)) throw new TypeError("a selection is a list with an entry for each axis");
  if (selection.length > view.shape.length) {
    throw new RangeError(`a selection of ${selection.length} entries for ${view.shape.length} axes`);
  }
  const out = { shape: [] as number[], stride: [] as number[], offset: view.offset };
  for (const [axis, extent] of view.shape.entries()) {
    const entry = (selection as Selection)[axis] ?? null;
    const step = view.stride[axis]!;
    if (typeof entry === "number") {
      out.offset += step * place(entry, extent, axis);
      continue;
    }
    const part = entry === null ? { start: 0, step: 1, count: extent } : range(entry, extent);
    if (part.count > 0) out.offset += step * part.start;
    out.shape.push(part.count);
    out.stride.push(step * part.step);
  }
  return out;
}

function typeOf(data: unknown, dtype: string | undefined): DType {
  const tag = typedArrayName(data);
  if (tag === undefined) throw new TypeError("NDArray: data must be a typed array");
  const type = lookUp(dtype ?? dtypeOf(data));
  if (!holds(type, tag)) {
    throw new TypeError(`NDArray: dtype ${type.name} is held by a ${type.Data.name}, not by a ${tag}`);
  }
  return type;
}

/** How elements are found from the first one on. */
interface Layout {
  /** This and the steps are frozen: arrays of one layout share them. */
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  /** Whether the steps are those that a shape has by itself. */
  readonly isInOrder: boolean;
  /** What {@link reachOf} gives for offset 0. */
  readonly first: number;
  readonly last: number;
}

/** Of the array made last: among thousands of small ones, most are like the one before. */
let latest: Layout = checkedLayout([], undefined);

/** The layout of a shape. Throws RangeError for what are not sizes and steps. */
function layoutOf(shape: readonly number[], stride: readonly number[] | undefined): Layout {
  const hasSteps = stride === undefined ? latest.isInOrder : isSame(stride, latest.stride);
  if (!hasSteps || !isSame(shape, latest.shape)) latest = checkedLayout(shape, stride);
  return latest;
}

function checkedLayout(given: readonly number[], stride: readonly number[] | undefined): Layout {
  sizeOf(given);
  const shape = Object.freeze([...given]);
  const inOrder = strideOf(shape);
  const steps = stride === undefined ? inOrder : Object.freeze([...stride]);
  if (steps.length !== shape.length || !steps.every(Number.isSafeInteger))
    throw new RangeError(`NDArray: stride must be ${shape.length} integers`);
  return { shape, stride: steps, isInOrder: isSame(steps, inOrder), ...reachOf(shape, steps, 0) };
}

function isSame(given: readonly number[], numbers: readonly number[]): boolean {
  if (!Array.isArray(given) || given.length !== numbers.length) return false;
  for (let k = 0; k < numbers.length; k++) if (given[k] !== numbers[k]) return false;
  return true;
}

/** The least and the greatest position, in elements, that a view reaches; none (last before first) when it has no elements. */
function reachOf(
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
): { first: number; last: number } {
  if (shape.includes(0)) return { first: offset, last: offset - 1 };
  let first = offset;
  let last = offset;
  for (const [axis, step] of stride.entries()) {
    const reach = step * (shape[axis]! - 1);
    if (reach < 0) first += reach;
    else last += reach;
  }
  return { first, last };
}

/** The number of elements of a shape. Throws RangeError when it is not a list of at most 32 integers ≥ 0 with a product below 2^53. */
export function sizeOf(shape: readonly number[]): number {
  if (!Array.isArray(shape) || shape.length > MAX_DIMENSIONS) {
    throw new RangeError(`a shape is a list of at most ${MAX_DIMENSIONS} integers`);
  }
  let size = 1;
  let bound = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const extent = shape[axis] as number;
    if (!Number.isSafeInteger(extent) || extent < 0)
      throw new RangeError(`a shape holds integers of 0 or more, not ${String(extent)}`);
    size *= extent;
    // a zero must not hide an overflow: strides are products of the other extents
    bound *= Math.max(extent, 1);
  }
  if (!Number.isSafeInteger(bound))
    throw new RangeError(`shape [${shape.join(", ")}] has more than 2^53 elements`);
  return size;
}

/** Steps in elements of an array in C order, or in Fortran order. */
export function strideOf(shape: readonly number[], fortran: boolean = false): readonly number[] {
  const stride: number[] = Array.from(shape, () => 1);
  let step = 1;
  for (let k = 0; k < shape.length; k++) {
    const axis = fortran ? k : shape.length - 1 - k;
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return Object.freeze(stride);
}

/** The n-dimensional form of what a caller may give. */
export function asNDArray(array: TypedArray | NDArrayFields): NDArray {
  if (typedArrayName(array) !== undefined) {
    const data = array as TypedArray;
    return new NDArray({ data, shape: [data.length] });
  }
  return NDArray.isNDArray(array) && array instanceof NDArray ? array : new NDArray(array as NDArrayFields);
}

/** The bytes of an array's elements in C order: a view where memory already is so, else a copy. */
export function bytesOf(array: NDArray): Uint8Array {
  const { data } = array.contiguous();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Whether elements lie in C order without gaps. */
export function isDense(array: NDArray): boolean {
  let step = 1;
  for (let axis = array.shape.length - 1; axis >= 0; axis--) {
    const extent = array.shape[axis]!;
    if (extent === 0) return true;
    if (extent > 1 && array.stride[axis] !== step) return false;
    step *= extent;
  }
  return true;
}

/**
 * Copies elements in C order. The innermost axis is one loop; the outer ones count like an odometer. Shorter ones are copied as
 * integers: a float32 that is converted to a number and back would lose what a signalling NaN carries.
 */
function gather(array: NDArray, into: TypedArray): void {
  const { data, shape, stride, size } = array;
  if (size === 0) return;
  const [source, target] = [unitsOf(data), unitsOf(into)];
  // of one element
  const units = target.length / size;
  const last = shape.length - 1;
  const count = shape[last]!;
  const step = stride[last]! * units;
  const index = Array.from(shape, () => 0);
  let row = array.offset * units;
  for (let to = 0; to < target.length;) {
    if (step === units) {
      target.set(source.subarray(row, row + count * units), to);
      to += count * units;
    } else {
      for (let k = 0, from = row; k < count; k++, from += step) {
        for (let unit = 0; unit < units; unit++) target[to++] = source[from + unit]!;
      }
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      row += stride[axis]! * units;
      if (++index[axis]! < shape[axis]!) break;
      row -= stride[axis]! * units * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** The same memory as what is copied exactly: doubles, or unsigned integers of the elements' size. */
function unitsOf({
  buffer,
  byteOffset,
  byteLength,
  BYTES_PER_ELEMENT: bytes,
}: TypedArray): Uint8Array | Uint16Array | Uint32Array | Float64Array {
  const Units =
    bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : bytes === 4 ? Uint32Array : Float64Array;
  return new Units(buffer as ArrayBuffer, byteOffset, byteLength / bytes);
}

function place(index: number, extent: number, axis: number): number {
  const at = index < 0 ? index + extent : index;
  if (!Number.isInteger(index) || at < 0 || at >= extent) {
    throw new RangeError(`index ${String(index)} is outside axis ${axis}, which has ${extent} elements`);
  }
  return at;
}

/** Python's rules for slices: negative bounds count from the end, and bounds beyond it are cut. */
function range(
  entry: readonly (number | null)[],
  extent: number,
): { start: number; step: number; count: number } {
  if (!Array.isArray(entry) || entry.length < 2 || entry.length > 3)
    throw new TypeError("an entry of a selection is an index, [start, stop], [start, stop, step] or null");
  const [start, stop, step] = [entry[0] ?? null, entry[1] ?? null, entry[2] ?? 1];
  if (!Number.isSafeInteger(step) || step === 0)
    throw new RangeError(`a step is an integer other than 0, not ${step}`);
  const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
  const bound = (value: number | null, absent: number): number => {
    if (value === null) return absent;
    if (!Number.isInteger(value)) throw new RangeError(`bounds of a selection are integers, not ${value}`);
    return Math.min(Math.max(value < 0 ? value + extent : value, low), high);
  };
  const from = bound(start, step > 0 ? low : high);
  const to = bound(stop, step > 0 ? high : low);
  return { start: from, step, count: Math.max(0, Math.ceil((to - from) / step)) };
}

function checkThere(data: TypedArray, entry: number, { entries }: DType): void {
  if (entry + entries <= data.length) return;
  throw new PersistError(
    "PERSIST_CLOSED",
    "the memory of this array was given back: it was closed, detached or shrunk",
  );
}

type Entries = { [entry: number]: number | bigint };

function read(data: TypedArray, at: number, type: DType): Element {
  const values = data as unknown as Entries;
  switch (type.kind) {
    case "b":
      return values[at] !== 0;
    case "c":
      return { re: values[at] as number, im: values[at + 1] as number };
    case "f":
      return data instanceof Uint16Array ? float16FromBits(values[at] as number) : (values[at] as number);
    case "S": {
      let length = type.entries;
      while (length > 0 && values[at + length - 1] === 0) length--;
      return (data as Uint8Array).slice(at, at + length);
    }
    case "V":
      return (data as Uint8Array).slice(at, at + type.entries);
    case "U": {
      let length = type.entries;
      while (length > 0 && values[at + length - 1] === 0) length--;
      const text: string[] = [];
      for (let k = 0; k < length; k++) text.push(codePoint(values[at + k] as number));
      return text.join("");
    }
    default:
      return values[at]!;
  }
}

/** A file can hold any 32 bits; what is no code point reads as U+FFFD. */
function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

function write(data: TypedArray, at: number, type: DType, value: Element): void {
  const values = data as unknown as Entries;
  switch (type.kind) {
    case "b":
      if (typeof value !== "boolean") throw new TypeError(`${type.name} takes a boolean`);
      values[at] = value ? 1 : 0;
      return;
    case "c": {
      if (typeof value === "number") [values[at], values[at + 1]] = [value, 0];
      else if (isComplex(value)) [values[at], values[at + 1]] = [value.re, value.im];
      else throw new TypeError(`${type.name} takes a number or { re, im }`);
      return;
    }
    case "S":
    case "V":
      fill(
        values,
        at,
        type,
        typeof value === "string" ? new TextEncoder().encode(value) : (value as Uint8Array),
      );
      return;
    case "U":
      if (typeof value !== "string") throw new TypeError(`${type.name} takes a string`);
      fill(
        values,
        at,
        type,
        Array.from(value, (character) => character.codePointAt(0)!),
      );
      return;
    default: {
      const wanted = type.itemsize_bytes === 8 && type.kind !== "f" ? "bigint" : "number";
      if (typeof value !== wanted) throw new TypeError(`${type.name} takes a ${wanted}, not ${typeof value}`);
      values[at] =
        data instanceof Uint16Array && type.kind === "f" ? float16ToBits(value as number) : (value as number);
    }
  }
}

function isComplex(value: Element): value is Complex {
  return (
    typeof value === "object" && "re" in value && typeof value.re === "number" && typeof value.im === "number"
  );
}

function fill(values: Entries, at: number, type: DType, codes: ArrayLike<number>): void {
  if (typeof codes !== "object" || typeof codes.length !== "number")
    throw new TypeError(`${type.name} takes a string or bytes`);
  if (codes.length > type.entries) throw new RangeError(`${codes.length} codes do not fit into ${type.name}`);
  for (let k = 0; k < type.entries; k++) values[at + k] = codes[k] ?? 0;
}
