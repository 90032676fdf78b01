// Memory: ArrayBuffers and the views of them. Whether a view is written by its own elements or as a view of a shared
// buffer depends on who else holds the buffer, which the planner knows; both ways are kept here.

import { Serializer } from "node:v8";
import { dtypeOf } from "../dtype.ts";
import { isMapped } from "../mapped.ts";
import { isWebAssemblyMemory } from "./inspector.ts";
import { namedKeysOf } from "./named-keys.ts";
import {
  arrayBufferByteLength,
  arrayBufferMaxByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  getPrototypeOf,
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
export function bytesOf(view: object): Uint8Array {
  const size_bytes = typedArrayByteLength(view);
  try {
    return new Uint8Array(typedArrayBuffer(view), typedArrayByteOffset(view), size_bytes);
  } catch {
    // Node 20 has typed arrays of more than 4 GiB, but none of so many bytes
    throw new Unsupported(`has ${size_bytes} bytes, more than this version of Node can take for an array`);
  }
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
  // of what is not the caller's as a whole, only the views' own bytes count: Node's pool, mappings of files, memory of WebAssembly
  const isWindow =
    !whole &&
    (isMapped(buffer) ||
      (isNodeBuffer && byteLengthOf(buffer) === Buffer.poolSize + POOL_PADDING_BYTES) ||
      isOfWebAssembly(buffer));
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

/** WebAssembly has pages of 64 KiB. */
const PAGE_BYTES = 65536;
const ofWebAssembly = new WeakMap<object, boolean>();

function isOfWebAssembly(buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  if (byteLengthOf(buffer) % PAGE_BYTES !== 0) return false;
  let answer = ofWebAssembly.get(buffer);
  if (answer === undefined) {
    answer = isWebAssemblyMemory(buffer);
    ofWebAssembly.set(buffer, answer);
  }
  return answer;
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
export function isDetached(buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  if (byteLengthOf(buffer) > 0) return false;
  try {
    return new Uint8Array(buffer).length !== 0;
  } catch {
    return true;
  }
}

/** What a Serializer has that its types leave out. */
interface ViewSettings {
  _getSharedArrayBufferId(): number;
  _setTreatArrayBufferViewsAsHostObjects(on: boolean): void;
}

/**
 * Whether a view follows the length of its resizable buffer. JavaScript cannot see that, but the engine's own serializer writes it down: the last byte of a
 * view holds its flags, of which the lowest bit says so.
 */
function isLengthTracking(view: object, buffer: ArrayBuffer | SharedArrayBuffer): boolean {
  const serializer = new Serializer() as Serializer & ViewSettings;
  // the bytes of buffers are kept out of what it writes
  serializer._getSharedArrayBufferId = () => 0;
  if (isArrayBuffer(buffer)) serializer.transferArrayBuffer(0, buffer as ArrayBuffer);
  serializer._setTreatArrayBufferViewsAsHostObjects(false);
  try {
    serializer.writeValue(view);
  } catch {
    throw new Unsupported("is a view of what its buffer no longer holds");
  }
  return (serializer.releaseBuffer().at(-1)! & 1) === 1;
}
