// Buffers and views of them.

import { intrinsicRoot } from "../../intrinsics.ts";
import {
  apply,
  bufferFrom,
  construct,
  decodeBase64,
  describe,
  exec,
  isAnyArrayBuffer,
  isObject,
  isTypedArray,
  setHas,
  typedArrayByteLength,
  typedArrayLength,
  typedArraySet,
} from "../natives.ts";
import type { Call, Entries, Entry } from "./callee.ts";

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const bufferAlloc: (size: number) => Buffer = Buffer.alloc;
const Bytes = Uint8Array;
const Plain = ArrayBuffer;
const DataViewConstructor = DataView;

function typedArray(name: string): Entry {
  const constructor = intrinsicRoot(name)!.value as Function;
  const width = describe(constructor, "BYTES_PER_ELEMENT")!.value as number;
  return {
    mode: "new",
    run: (call) => {
      const { args, reader } = call;
      const target = call.newTarget ?? constructor;
      const first = args[0];
      reader.budget.nodes(1);
      if (!isObject(first)) {
        const length = call.size(first);
        reader.budget.bytes(length * width);
        return construct(constructor, [length], target);
      }
      if (isAnyArrayBuffer(first)) return construct(constructor, viewArguments(call), target);
      if (isTypedArray(first)) {
        reader.budget.bytes(typedArrayLength(call.checkOwn(first)) * width);
        chargeCopy(call, first);
        return construct(constructor, [first], target);
      }
      const list = call.list(0);
      reader.budget.bytes(list.length * width);
      const array = construct(constructor, [list.length], target) as Record<number, unknown>;
      for (let i = 0; i < list.length; i++) array[i] = element(call, list, i);
      return array;
    },
  };
}

function element(call: Call, list: unknown[], i: number): unknown {
  const value = call.element(list, i);
  if (isObject(value)) call.refuse("the conversion of an object to a number");
  return value;
}

/** Charges the copying of a typed array; one that lies in a file counts as bytes, for it does not stand in the text. */
function chargeCopy(call: Call, array: object): void {
  const { budget, loaded } = call.reader;
  if (setHas(loaded, array)) budget.bytes(typedArrayByteLength(array));
  else budget.copies(typedArrayLength(array));
}

/** The elements of a list, none of them an object. */
function numbers(call: Call, list: unknown[]): unknown[] {
  const plain: unknown[] = [];
  for (let i = 0; i < list.length; i++) plain[i] = element(call, list, i);
  return plain;
}

/** `(buffer, byteOffset, length)`, of which the last two may be absent. */
function viewArguments(call: Call): unknown[] {
  const view: unknown[] = [call.own(0)];
  for (let i = 1; i < call.args.length && i < 3; i++) view[i] = call.primitive(i);
  return view;
}

/** `new ArrayBuffer(n)`, `new ArrayBuffer(n, { maxByteLength })`. */
function buffer(constructor: Function): Entry {
  return {
    mode: "new",
    run: (call) => {
      const size = call.size(call.primitive(0));
      const options = call.args[1];
      const most = isObject(options)
        ? call.reader.origins.read(call.checkOwn(options), "maxByteLength", call.at)
        : undefined;
      if (isObject(most)) call.refuse("the conversion of an object to a number");
      call.reader.budget.nodes(1);
      call.reader.budget.bytes(most === undefined ? size : size + call.size(most));
      const args = most === undefined ? [size] : [size, { maxByteLength: most }];
      return construct(constructor, args, call.newTarget ?? constructor);
    },
  };
}

/** The helper `bytes`: an ArrayBuffer from base64. */
export function decodeBytes(call: Call): object {
  const text = call.string(0);
  call.reader.budget.nodes(1);
  call.reader.budget.bytes(text.length);
  // what is not the usual form is judged by `atob` itself, as in the engine
  const usual = text.length % 4 === 0 && exec(BASE64, text) !== null;
  const from = usual ? bufferFrom(text, "base64") : bufferFrom(decodeBase64(text), "latin1");
  const made = construct(Plain, [from.length]);
  typedArraySet(construct(Bytes, [made]), from);
  return made;
}

/** The helper `fill`: the bytes of a buffer, or an array of bytes, put into another buffer. */
export function fillBuffer(call: Call): object {
  const target = call.own(0);
  if (!isAnyArrayBuffer(target)) call.fail("found something to fill that is not a buffer");
  const given = call.args[1];
  const isView = isTypedArray(given);
  const bytes = isView
    ? call.own(1)
    : isAnyArrayBuffer(given)
      ? construct(Bytes, [call.own(1)])
      : numbers(call, call.list(1));
  if (isTypedArray(bytes)) chargeCopy(call, bytes);
  typedArraySet(construct(Bytes, [target]), bytes);
  return target;
}

/** `Buffer.from` of a string, a list of numbers, a buffer, or bytes. */
function makeBuffer(call: Call): object {
  const first = call.args[0];
  call.reader.budget.nodes(1);
  if (typeof first === "string") {
    const encoding = call.primitive(1);
    call.reader.budget.bytes(first.length * 3);
    return encoding === undefined ? bufferFrom(first) : bufferFrom(first, encoding);
  }
  if (!isObject(first)) return call.fail("found something that no Buffer can be made from");
  if (isAnyArrayBuffer(first)) return apply(bufferFrom, undefined, viewArguments(call)) as Buffer;
  if (isTypedArray(first)) {
    call.reader.budget.bytes(typedArrayLength(call.checkOwn(first)));
    chargeCopy(call, first);
    return bufferFrom(first);
  }
  const list = call.list(0);
  call.reader.budget.bytes(list.length);
  return bufferFrom(numbers(call, list));
}

const typedArrayNames = (
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array " +
  "Float16Array Float32Array Float64Array"
)
  .split(" ")
  .filter((name) => intrinsicRoot(name) !== undefined);

export const binaryCallees: Entries = {
  ...Object.fromEntries(typedArrayNames.map((name) => [name, typedArray(name)])),
  ...Object.fromEntries(
    typedArrayNames.map((name) => [
      `${name}.prototype.set.call`,
      {
        mode: "call",
        run: (call: Call) => {
          const target = call.own(0);
          if (!isTypedArray(target)) call.fail("found something that is not a typed array");
          const list = isTypedArray(call.args[1]) ? call.own(1) : call.list(1);
          if (isTypedArray(list)) chargeCopy(call, list);
          else for (let i = 0; i < (list as unknown[]).length; i++) element(call, list as unknown[], i);
          return typedArraySet(target, list, call.primitive(2) as number);
        },
      },
    ]),
  ),
  ArrayBuffer: buffer(ArrayBuffer),
  SharedArrayBuffer: buffer(SharedArrayBuffer),
  DataView: {
    mode: "new",
    run: (call) => {
      if (!isAnyArrayBuffer(call.args[0])) call.fail("found a DataView of something that is not a buffer");
      call.reader.budget.nodes(1);
      return construct(DataViewConstructor, viewArguments(call), call.newTarget ?? DataViewConstructor);
    },
  },
  "Buffer.from": { mode: "call", run: makeBuffer },
  "Buffer.alloc": {
    mode: "call",
    run: (call) => {
      const size = call.args[0];
      if (typeof size !== "number")
        return call.fail("found something other than a number for the size of a Buffer");
      if (call.args.length > 1) call.refuse("a fill");
      call.reader.budget.bytes(size);
      return bufferAlloc(size);
    },
  },
};
