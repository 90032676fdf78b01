// Memory: ArrayBuffers, the views of them, and n-dimensional arrays. Whether a view is written by its own elements or as a view of a shared
// buffer depends on who else holds the buffer, which the planner knows; both ways are kept here.

import { Serializer } from "node:v8";
import { dtypeOf } from "../dtype.ts";
import { isMapped } from "../mapped.ts";
import { NDArray, settleData, type NDArrayFields } from "../ndarray.ts";
import type { Heritage } from "./heritage.ts";
import { namedKeysOf } from "./named-keys.ts";
import {
  arrayBufferByteLength,
  arrayBufferMaxByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  inherits,
  isArray,
  isArrayBuffer,
  isDataView,
  isGrowableShared,
  isResizable,
  isSharedArrayBuffer,
  isTypedArray,
  sharedArrayBufferByteLength,
  sharedArrayBufferMaxByteLength,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayTag,
} from "./primordials.ts";
import { ownProperties, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

/** By how much the memory of Node's pool is larger than it says: Node 26 aligns it. */
const POOL_PADDING_BYTES = Buffer.allocUnsafe(1).buffer.byteLength - Buffer.poolSize;

/** Only the intrinsic `slice`, `set` and so on are used: data are always plain views of our own. */
function bytesOf(view: object): Uint8Array {
  return new Uint8Array(typedArrayBuffer(view), typedArrayByteOffset(view), typedArrayByteLength(view));
}

const bufferPrototype: object = Buffer.prototype;

/** A typed array, DataView or ArrayBuffer; undefined for anything else. */
export function representMemory(object: object): Representation | undefined {
  if (isTypedArray(object)) return representTypedArray(object);
  if (isDataView(object)) return representDataView(object);
  if (isArrayBuffer(object)) return representBuffer(object, "ArrayBuffer", ArrayBuffer.prototype);
  if (isSharedArrayBuffer(object))
    return representBuffer(object, "SharedArrayBuffer", SharedArrayBuffer.prototype);
  return undefined;
}

function representTypedArray(object: object): Representation {
  const type = typedArrayTag(object)!;
  const buffer = typedArrayBuffer(object);
  if (isDetached(buffer)) throw new Unsupported("is a view of a detached buffer");
  const prototype = getPrototypeOf(object);
  const isNodeBuffer = prototype === bufferPrototype;
  const usual = (globalThis as unknown as Record<string, { prototype: object }>)[type]!.prototype;
  const byteOffset = typedArrayByteOffset(object);
  const length = typedArrayLength(object);
  const isGrowing = isGrowable(buffer);
  const tracking = isGrowing && isLengthTracking(object, buffer);
  const whole = byteOffset === 0 && typedArrayByteLength(object) === byteLengthOf(buffer);
  // Node's pool and the mappings of files are not the caller's: of those only the views' own bytes count
  const isWindow =
    !whole &&
    (isMapped(buffer) || (isNodeBuffer && byteLengthOf(buffer) === Buffer.poolSize + POOL_PADDING_BYTES));
  const byItself = (whole || isWindow) && !isGrowing && isArrayBuffer(buffer);
  return {
    kind: isNodeBuffer ? "Buffer" : "typed array",
    create: {
      form: "view",
      type: isNodeBuffer ? "Buffer" : type,
      buffer,
      byteOffset,
      length,
      tracking,
      elements: byItself
        ? {
            type: !isNodeBuffer ? type : whole ? "Buffer" : "pooled Buffer",
            view: type,
            dtype: dtypeOf(object),
            shape: undefined,
            length,
            data: bytesOf(object),
          }
        : undefined,
      isWindow,
    },
    prototype: prototype === usual || isNodeBuffer ? undefined : prototype,
    ...ownProperties(object, undefined, namedKeysOf),
  };
}

function representDataView(object: object): Representation {
  const buffer = dataViewBuffer(object);
  if (isDetached(buffer)) throw new Unsupported("is a view of a detached buffer");
  const tracking = isGrowable(buffer) && isLengthTracking(object, buffer);
  const prototype = getPrototypeOf(object);
  return {
    kind: "DataView",
    create: {
      form: "view",
      type: "DataView",
      buffer,
      byteOffset: dataViewByteOffset(object),
      length: dataViewByteLength(object),
      tracking,
      elements: undefined,
      isWindow: false,
    },
    prototype: prototype === DataView.prototype ? undefined : prototype,
    ...ownProperties(object),
  };
}

function representBuffer(
  object: object,
  type: "ArrayBuffer" | "SharedArrayBuffer",
  usual: object,
): Representation {
  const buffer = object as ArrayBuffer;
  if (isDetached(buffer)) throw new Unsupported("is a detached buffer");
  const prototype = getPrototypeOf(object);
  return {
    kind: type,
    create: {
      form: "buffer",
      type,
      byteLength: byteLengthOf(buffer),
      maxByteLength: isGrowable(buffer) ? maxByteLengthOf(buffer) : undefined,
      data: new Uint8Array(buffer),
    },
    prototype: prototype === usual ? undefined : prototype,
    ...ownProperties(object),
  };
}

/** An NDArray of this library, of another copy of it, or of an archive's loader, told by its symbol. */
export function representNDArray(object: object, { mark }: Heritage): Representation | undefined {
  if (mark !== true) return undefined;
  const array = readNDArray(object);
  if (array instanceof Error) {
    // an object may inherit the mark from its data prototype, and is no array by that
    if (!hasOwn(object, "data") || !inherits(object, NDArray.prototype)) return undefined;
    throw new Unsupported(`is an NDArray no more: ${array.message}`);
  }
  // a RecordArray (lib/store/record-array.ts)
  if (hasOwn(object, "fields"))
    throw new Unsupported("is an array of records, whose fields an archive would lose; save field by field");
  return ndarray(array);
}

/**
 * An n-dimensional array of another library whose class no module exports, told by its fields (`data`, `shape`, and `stride` and `offset` where it has them),
 * as those of scijs/ndarray are: it comes back as an NDArray. Undefined for anything else.
 */
export function representForeignArray(object: object): Representation | undefined {
  const { data, shape } = fieldsOf(object);
  if (!isTypedArray(data) || !isArray(shape)) return undefined;
  const array = readNDArray(object);
  return array instanceof Error ? undefined : ndarray(array);
}

function fieldsOf(
  object: object,
): Record<"data" | "shape" | "stride" | "offset" | "dtype" | "attributes", unknown> {
  settleData(object); // a mapped array of this library makes its data on demand
  const field = (name: string): unknown => getOwnPropertyDescriptor(object, name)?.value;
  return {
    data: field("data"),
    shape: field("shape"),
    stride: field("stride"),
    offset: field("offset"),
    dtype: field("dtype"),
    attributes: field("attributes"),
  };
}

function readNDArray(object: object): NDArray | Error {
  try {
    return new NDArray(fieldsOf(object) as NDArrayFields);
  } catch (error) {
    return error as Error;
  }
}

function ndarray(array: NDArray): Representation {
  const { data, shape, stride, offset, dtype, attributes } = array;
  if (isDetached(typedArrayBuffer(data))) throw new Unsupported("is a view of a detached buffer");
  return {
    kind: "NDArray",
    create: {
      form: "ndarray",
      data,
      shape,
      stride,
      offset,
      dtype,
      attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
      elements: () => ({
        type: "NDArray",
        view: typedArrayTag(data)!,
        dtype,
        shape,
        length: data.length,
        data: bytesOf(array.contiguous().data),
      }),
    },
    keys: [],
    values: [],
    integrity: "extensible",
  };
}

function byteLengthOf(buffer: ArrayBuffer | SharedArrayBuffer): number {
  return isArrayBuffer(buffer) ? arrayBufferByteLength(buffer) : sharedArrayBufferByteLength(buffer);
}

function isGrowable(buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  return isArrayBuffer(buffer) ? isResizable(buffer) : isGrowableShared(buffer);
}

function maxByteLengthOf(buffer: ArrayBuffer | SharedArrayBuffer): number {
  return isArrayBuffer(buffer) ? arrayBufferMaxByteLength(buffer) : sharedArrayBufferMaxByteLength(buffer);
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

/** Keeps the bytes of buffers out of what it writes. */
class ViewSerializer extends Serializer {
  _getSharedArrayBufferId(): number {
    return 0;
  }
}

/**
 * Whether a view follows the length of its resizable buffer. JavaScript cannot see that, but the engine's own serializer writes it down: the last byte of a
 * view holds its flags, of which the lowest bit says so.
 */
function isLengthTracking(view: object, buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  const serializer = new ViewSerializer();
  if (isArrayBuffer(buffer)) serializer.transferArrayBuffer(0, buffer as ArrayBuffer);
  (
    serializer as unknown as { _setTreatArrayBufferViewsAsHostObjects(on: boolean): void }
  )._setTreatArrayBufferViewsAsHostObjects(false);
  try {
    serializer.writeValue(view);
  } catch {
    throw new Unsupported("is a view of what its buffer no longer holds");
  }
  return (serializer.releaseBuffer().at(-1)! & 1) === 1;
}
