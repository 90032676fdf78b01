// n-dimensional arrays, compared by what they hold: element type, shape, the bytes of every element, attributes. Their
// class does not count, since an imported archive has its own; nor do stride and offset, which say how they lie in memory.
import { types } from "node:util";
import { NDArray } from "persist-archive";
import { pathOf } from "./place.ts";
import type { Place } from "./place.ts";
import { viewKind, viewOf } from "./slots.ts";

const mark = Symbol.for("persist-archive.NDArray");
const markedPrototypes = new WeakMap<object, boolean>();

/** Whether an object or its prototype carries the mark of an NDArray. */
export function isMarked(value: object): boolean {
  if (types.isProxy(value)) return false;
  settle(value);
  if (hasMark(value)) return types.isTypedArray(fieldOf(value, "data"));
  // Every prototype on the way learns the answer, so that a long chain is walked once.
  const walked: object[] = [];
  let marked = false;
  for (let p = prototypeOf(value); p !== null && !types.isProxy(p) && !marked; p = prototypeOf(p)) {
    const known = markedPrototypes.get(p);
    marked = known ?? hasMark(p);
    walked.push(p);
    if (known !== undefined) break;
  }
  for (const p of walked) markedPrototypes.set(p, marked);
  return marked && types.isTypedArray(Object.getOwnPropertyDescriptor(value, "data")?.value);
}

/** A mapped array of the library's makes its data when they are first read: here. */
function settle(value: object): void {
  for (let p = prototypeOf(value); p !== null && !types.isProxy(p); p = prototypeOf(p)) {
    if (p === NDArray.prototype) void (value as NDArray).data;
  }
}

function hasMark(object: object): boolean {
  return Object.getOwnPropertyDescriptor(object, mark)?.value === true;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

interface Fields {
  data: unknown;
  shape: number[];
  stride: number[];
  offset: number;
  dtype: string | undefined;
  attributes: unknown;
}

/** A data property of an array or its prototypes. */
function fieldOf(array: object, key: string): unknown {
  for (
    let holder: object | null = array;
    holder !== null && !types.isProxy(holder);
    holder = prototypeOf(holder)
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    if (descriptor !== undefined) return descriptor.value as unknown;
  }
  return undefined;
}

function fieldsOf(array: object): Fields {
  const shape = Array.from((fieldOf(array, "shape") ?? []) as ArrayLike<number | bigint>, Number);
  const dtype = fieldOf(array, "dtype");
  const stride = fieldOf(array, "stride") as ArrayLike<number> | undefined;
  return {
    data: fieldOf(array, "data"),
    shape,
    stride: stride === undefined ? contiguousStride(shape) : Array.from(stride, Number),
    offset: Number(fieldOf(array, "offset") ?? 0),
    dtype: isMarked(array) && typeof dtype === "string" ? dtype : undefined,
    attributes: fieldOf(array, "attributes"),
  };
}

type Check = (a: unknown, b: unknown, step: string) => string | null;

/** One sentence on how two n-dimensional arrays differ, or null. `check` compares what is not array. */
export function arrayDifference(a: object, b: object, place: Place | null, check: Check): string | null {
  const here = fieldsOf(a);
  const there = fieldsOf(b);
  const at = pathOf(place);
  if (here.shape.join() !== there.shape.join())
    return `${at}: expected an array of shape [${here.shape.join()}], found [${there.shape.join()}]`;
  if (here.dtype !== undefined && here.dtype !== there.dtype)
    return `${at}: expected dtype ${here.dtype}, found ${String(there.dtype)}`;
  if (!types.isTypedArray(here.data) || !types.isTypedArray(there.data))
    return `${at}: data is no typed array`;
  if (viewKind(here.data) !== viewKind(there.data))
    return `${at}: expected data in a ${viewKind(here.data)}, found a ${viewKind(there.data)}`;
  const left = elementBytes(here);
  const right = elementBytes(there);
  if (Buffer.compare(left, right) !== 0) {
    const i = left.findIndex((byte, index) => byte !== right[index]);
    return `${at}: byte ${i} of the elements differs: expected ${left[i]}, found ${right[i]}`;
  }
  return isMarked(a) ? check(here.attributes, there.attributes, ".attributes") : null;
}

/** The bytes of all elements in C order. */
function elementBytes({ data, shape, stride, offset, dtype }: Fields): Uint8Array {
  const view = viewOf(data);
  const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const element_bytes = itemCount(dtype, data) * (view.byteLength / Math.max(view.length, 1));
  const count = shape.reduce((product, n) => product * n, 1);
  if (stride.join() === contiguousStride(shape).join())
    return all.subarray(offset * element_bytes, (offset + count) * element_bytes);
  const out = new Uint8Array(count * element_bytes);
  const index: number[] = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    const at = index.reduce((sum, k, axis) => sum + k * stride[axis]!, offset) * element_bytes;
    out.set(all.subarray(at, at + element_bytes), i * element_bytes);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return out;
}

/** Numbers of `data` that make one element. */
function itemCount(dtype: string | undefined, data: unknown): number {
  if (dtype === undefined) return 1;
  if (dtype.startsWith("complex")) return 2;
  const text = /^([SUV])([0-9]+)$/.exec(dtype);
  if (text === null) return 1;
  return Number(text[2]) * (text[1] === "U" && viewKind(data) === "Uint8Array" ? 4 : 1);
}

function contiguousStride(shape: number[]): number[] {
  const stride: number[] = [];
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride.unshift(step);
    step *= shape[axis]!;
  }
  return stride;
}
