// Memory: ArrayBuffers, the views of them, and n-dimensional arrays. Whether a view is written by its own elements or as a view of a shared
// buffer depends on who else holds the buffer, which the planner knows; both ways are kept here.

import { dtypeOf } from "../dtype.ts";
import { isMapped } from "../mapped.ts";
import { NDARRAY, NDArray } from "../ndarray.ts";
import {
  arrayBufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isArrayBuffer,
  isDataView,
  isSharedArrayBuffer,
  isTypedArray,
  sharedArrayBufferByteLength,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayTag,
} from "./primordials.ts";
import { ownProperties, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

const isIndexKey = (key: PropertyKey): boolean => typeof key === "string" && /^(?:0|[1-9]\d*)$/.test(key);
const bufferPrototype: object = Buffer.prototype;

/** A typed array, DataView or ArrayBuffer; undefined for anything else. */
export function representMemory(object: object): Representation | undefined {
  if (isTypedArray(object)) return representTypedArray(object);
  if (isDataView(object)) return representDataView(object);
  if (isArrayBuffer(object)) return representBuffer(object, "ArrayBuffer", ArrayBuffer.prototype);
  if (isSharedArrayBuffer(object)) return representBuffer(object, "SharedArrayBuffer", SharedArrayBuffer.prototype);
  return undefined;
}

function representTypedArray(object: object): Representation {
  const type = typedArrayTag(object)!;
  const buffer = typedArrayBuffer(object);
  const byteOffset = typedArrayByteOffset(object);
  const length = typedArrayLength(object);
  if (isDetached(buffer)) throw new Unsupported("is a view of a detached buffer");
  const prototype = getPrototypeOf(object);
  const isNodeBuffer = prototype === bufferPrototype;
  const usual = (globalThis as unknown as Record<string, { prototype: object }>)[type]!.prototype;
  // Node's pool and the mappings of files are not the caller's: of those only the view's own bytes count
  const isWindow = isNodeBuffer || isMapped(buffer);
  const whole = byteOffset === 0 && typedArrayByteLength(object) === byteLengthOf(buffer);
  return {
    kind: isNodeBuffer ? "Buffer" : "typed array",
    create: {
      form: "view",
      type: isNodeBuffer ? "Buffer" : type,
      buffer,
      byteOffset,
      length,
      tracking: isLengthTracking(object, buffer),
      elements:
        (whole || isWindow) && !isGrowable(buffer) && isArrayBuffer(buffer)
          ? { type, dtype: dtypeOf(object), shape: undefined, length, data: object as ArrayBufferView }
          : undefined,
    },
    prototype: prototype === usual || isNodeBuffer ? undefined : prototype,
    ...ownProperties(object, isIndexKey),
  };
}

function representDataView(object: object): Representation {
  const buffer = dataViewBuffer(object);
  if (isDetached(buffer)) throw new Unsupported("is a view of a detached buffer");
  const prototype = getPrototypeOf(object);
  return {
    kind: "DataView",
    create: {
      form: "view",
      type: "DataView",
      buffer,
      byteOffset: dataViewByteOffset(object),
      length: dataViewByteLength(object),
      tracking: isLengthTracking(object, buffer),
      elements: undefined,
    },
    prototype: prototype === DataView.prototype ? undefined : prototype,
    ...ownProperties(object),
  };
}

function representBuffer(object: object, type: "ArrayBuffer" | "SharedArrayBuffer", usual: object): Representation {
  const buffer = object as ArrayBuffer;
  if (isDetached(buffer)) throw new Unsupported("is a detached buffer");
  const prototype = getPrototypeOf(object);
  return {
    kind: type,
    create: {
      form: "buffer",
      type,
      byteLength: byteLengthOf(buffer),
      maxByteLength: isGrowable(buffer) ? (buffer as { maxByteLength?: number }).maxByteLength : undefined,
      data: new Uint8Array(buffer),
    },
    prototype: prototype === usual ? undefined : prototype,
    ...ownProperties(object),
  };
}

/** An NDArray of this library, of another copy of it, or of an archive's loader, told by its symbol. */
export function representNDArray(object: object): Representation | undefined {
  if (!NDArray.isNDArray(object)) return undefined;
  let array: NDArray;
  const field = (name: string): unknown => getOwnPropertyDescriptor(object, name)?.value;
  try {
    array = new NDArray({
      data: field("data"),
      shape: field("shape"),
      stride: field("stride"),
      offset: field("offset"),
      dtype: field("dtype"),
    } as ConstructorParameters<typeof NDArray>[0]);
  } catch (cause) {
    throw new Unsupported(`is marked as an NDArray but is none: ${(cause as Error).message}`);
  }
  const attributes = field("attributes");
  const buffer = typedArrayBuffer(array.data);
  if (isDetached(buffer)) throw new Unsupported("is a view of a detached buffer");
  return {
    kind: "NDArray",
    create: {
      form: "ndarray",
      data: array.data,
      shape: array.shape,
      stride: array.stride,
      offset: array.offset,
      dtype: array.dtype,
      attributes: typeof attributes === "object" && attributes !== null && Object.keys(attributes).length > 0 ? attributes : undefined,
      elements: () => ({
        type: "NDArray",
        dtype: array.dtype,
        shape: array.shape,
        length: array.data.length,
        data: array.contiguous().data,
      }),
    },
    keys: [],
    values: [],
    integrity: "extensible",
  };
}

/** The key that marks an NDArray in an object literal. */
export { NDARRAY };

function byteLengthOf(buffer: ArrayBuffer | SharedArrayBuffer): number {
  return isArrayBuffer(buffer) ? arrayBufferByteLength(buffer) : sharedArrayBufferByteLength(buffer);
}

function isGrowable(buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  const { resizable, growable } = buffer as { resizable?: boolean; growable?: boolean };
  return resizable === true || growable === true;
}

/** A detached buffer has no bytes and refuses a view, which an empty one allows. */
function isDetached(buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  if (byteLengthOf(buffer) > 0) return false;
  try {
    return new Uint8Array(buffer).length !== 0;
  } catch {
    return true;
  }
}

/** Whether a view follows its resizable buffer: one that does grows with it, which is tried and undone at once. */
function isLengthTracking(view: object, buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  if (!isGrowable(buffer)) return false;
  const lengthOf = isDataView(view) ? dataViewByteLength : typedArrayByteLength;
  const offset = isDataView(view) ? dataViewByteOffset(view) : typedArrayByteOffset(view);
  const size = byteLengthOf(buffer);
  const elementBytes = (view as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  // only a view that reaches the end (up to a partial element) can be one that follows
  if (size - offset - lengthOf(view) >= elementBytes) return false;
  if (!isArrayBuffer(buffer)) return hasOwn(view, "length") ? false : followsShared(view, buffer as SharedArrayBuffer, lengthOf);
  const resizable = buffer as ArrayBuffer & { resize(n: number): void; maxByteLength: number };
  const before = lengthOf(view);
  if (resizable.maxByteLength >= size + elementBytes) {
    resizable.resize(size + elementBytes);
    const follows = lengthOf(view) !== before;
    resizable.resize(size);
    return follows;
  }
  if (before === 0) return false;
  const tail = new Uint8Array(buffer, size - elementBytes).slice();
  resizable.resize(size - elementBytes);
  const follows = lengthOf(view) === before - elementBytes; // a fixed view is out of bounds: its length is 0
  resizable.resize(size);
  new Uint8Array(buffer, size - elementBytes).set(tail);
  return follows && before !== elementBytes ? true : follows;
}

/** A shared buffer can only grow, and for good; a view that ends with it is taken to follow it where that can matter. */
function followsShared(view: object, buffer: SharedArrayBuffer, lengthOf: (view: unknown) => number): boolean {
  return lengthOf(view) > 0 && (buffer as { growable?: boolean }).growable === true;
}
