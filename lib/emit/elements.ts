// Typed arrays in the text: as numbers where these keep every bit, else as base64 of their bytes.

import type { TypedArray } from "../dtype.ts";
import { strideOf } from "../ndarray.ts";
import type { ArrayElements } from "../represent/representation.ts";
import { CLOSE, FILL, LINE, OPEN, SOFT, TRAILING_COMMA, type Part } from "./layout.ts";
import { literal } from "./literals.ts";

/** More numbers than this are hard to read, and longer than their bytes. */
const NUMBERS = 1000;

/** The parts of an array's expression. `bytes` is the name of the helper that reads base64, asked for when it is needed. */
export function elementsParts(array: ArrayElements, bytes: () => string): Part[] {
  if (array.shape === undefined) return dataParts(array.type, array, bytes);
  const fields: Part[] = [
    `shape: [${array.shape.join(", ")}],`,
    `stride: [${strideOf(array.shape).join(", ")}],`,
    "offset: 0,",
    `dtype: ${literal(array.dtype)},`,
    "attributes: {},",
    '[Symbol.for("persist-archive.NDArray")]: true',
  ].flatMap((field) => [LINE, field]);
  const data = dataParts(array.view, array, bytes);
  return ["{", OPEN, LINE, "data: ", ...data, ",", ...fields, TRAILING_COMMA, LINE, CLOSE, "}"];
}

function dataParts(type: string, array: ArrayElements, bytes: () => string): Part[] {
  // a Buffer with memory of its own is a view of it; one made of numbers lies in Node's pool
  if (type === "Buffer") return ["Buffer.from(", bytes(), "(", literal(base64(array.data)), "))"];
  const isPooled = type === "pooled Buffer";
  const data = typed(isPooled ? "Uint8Array" : type, array.data);
  const create = isPooled ? "Buffer.from(" : `new ${type}(`;
  if (data.length === 0) return isPooled ? ["Buffer.from([])"] : [`new ${type}()`];
  if (data.length > NUMBERS || !keepsBits(data))
    return [create, bytes(), "(", literal(base64(array.data)), "))"];
  const parts: Part[] = [create, "[", OPEN, SOFT];
  for (let i = 0; i < data.length; i++) {
    if (i > 0) parts.push(FILL);
    parts.push(literal(data[i]) + (i < data.length - 1 ? "," : ""));
  }
  parts.push(SOFT, CLOSE, "])");
  return parts;
}

/** Whether every element is what its number, written and read again, gives: NaNs may carry more than that. */
function keepsBits(data: TypedArray): boolean {
  if (!(
    data instanceof Float64Array ||
    data instanceof Float32Array ||
    data.constructor.name === "Float16Array"
  ))
    return true;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = data.BYTES_PER_ELEMENT;
  const usual = new (data.constructor as new (list: number[]) => TypedArray)([NaN]);
  const nan = new Uint8Array(usual.buffer);
  for (let i = 0; i < data.length; i++) {
    if (!Number.isNaN(data[i])) continue;
    for (let b = 0; b < size; b++) if (raw[i * size + b] !== nan[b]) return false;
  }
  return true;
}

function typed(type: string, view: ArrayBufferView): TypedArray {
  const Class = (
    globalThis as unknown as Record<string, new (b: ArrayBufferLike, o: number, n: number) => TypedArray>
  )[type]!;
  const size = (Class as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
  return new Class(view.buffer, view.byteOffset, view.byteLength / size);
}

export function base64(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64");
}
