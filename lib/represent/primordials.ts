// The intrinsics that look at a caller's values, captured when the library is loaded: a program that replaces
// `Object.keys` or `Map.prototype.forEach` later changes nothing here, and no method of a value is ever called.

import { types } from "node:util";

/** A method as a function of its receiver. */
function uncurry<This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
  return Function.prototype.call.bind(method) as never;
}

function getter<This, Result>(prototype: object, key: PropertyKey): (self: This) => Result {
  const { get } = Object.getOwnPropertyDescriptor(prototype, key)!;
  return uncurry(get as (this: This) => Result);
}

export const getPrototypeOf: (object: object) => object | null = Object.getPrototypeOf;
export const getOwnPropertyDescriptor: typeof Object.getOwnPropertyDescriptor =
  Object.getOwnPropertyDescriptor;
export const getOwnPropertyNames: typeof Object.getOwnPropertyNames = Object.getOwnPropertyNames;
export const getOwnPropertySymbols: typeof Object.getOwnPropertySymbols = Object.getOwnPropertySymbols;
export const isExtensible: typeof Object.isExtensible = Object.isExtensible;
export const isFrozen: typeof Object.isFrozen = Object.isFrozen;
export const isSealed: typeof Object.isSealed = Object.isSealed;
export const objectKeys: (object: object) => string[] = Object.keys;
export const ownKeys: typeof Reflect.ownKeys = Reflect.ownKeys;
export const hasOwn: (object: object, key: PropertyKey) => boolean = Object.hasOwn;
export const isArray: (value: unknown) => value is unknown[] = Array.isArray;
export const objectPrototype: object = Object.prototype;
export const arrayPrototype: object = Array.prototype;

export const sliceArray: (array: unknown[], from: number, to: number) => unknown[] = uncurry(
  Array.prototype.slice,
);
export const mapSize: (map: unknown) => number = getter(Map.prototype, "size");
export const setSize: (set: unknown) => number = getter(Set.prototype, "size");
export const mapForEach: (map: unknown, visit: (value: unknown, key: unknown) => void) => void = uncurry(
  Map.prototype.forEach as never,
);
export const setForEach: (set: unknown, visit: (value: unknown) => void) => void = uncurry(
  Set.prototype.forEach as never,
);
export const dateGetTime: (date: unknown) => number = uncurry(Date.prototype.getTime as never);
export const regexpSource: (regexp: unknown) => string = getter(RegExp.prototype, "source");
export const functionToString: (f: unknown) => string = uncurry(Function.prototype.toString as never);
export const symbolDescription: (symbol: symbol) => string | undefined = getter(
  Symbol.prototype,
  "description",
);
export const symbolKeyFor: (symbol: symbol) => string | undefined = Symbol.keyFor;

const regexpFlagGetters = (
  [
    ["d", "hasIndices"],
    ["g", "global"],
    ["i", "ignoreCase"],
    ["m", "multiline"],
    ["s", "dotAll"],
    ["u", "unicode"],
    ["v", "unicodeSets"],
    ["y", "sticky"],
  ] as const
)
  .filter(([, key]) => hasOwn(RegExp.prototype, key))
  .map(([flag, key]) => [flag, getter<unknown, boolean>(RegExp.prototype, key)] as const);

/** The flags by the internal slots; the `flags` getter would look at own properties that may lie. */
export function regexpFlags(regexp: unknown): string {
  let flags = "";
  for (const [flag, isSet] of regexpFlagGetters) if (isSet(regexp)) flags += flag;
  return flags;
}

const typedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);
export const typedArrayTag: (view: unknown) => string | undefined = getter(
  typedArrayPrototype,
  Symbol.toStringTag,
);
export const typedArrayBuffer: (view: unknown) => ArrayBuffer | SharedArrayBuffer = getter(
  typedArrayPrototype,
  "buffer",
);
export const typedArrayByteOffset: (view: unknown) => number = getter(typedArrayPrototype, "byteOffset");
export const typedArrayByteLength: (view: unknown) => number = getter(typedArrayPrototype, "byteLength");
export const typedArrayLength: (view: unknown) => number = getter(typedArrayPrototype, "length");
export const dataViewBuffer: (view: unknown) => ArrayBuffer | SharedArrayBuffer = getter(
  DataView.prototype,
  "buffer",
);
export const dataViewByteOffset: (view: unknown) => number = getter(DataView.prototype, "byteOffset");
export const dataViewByteLength: (view: unknown) => number = getter(DataView.prototype, "byteLength");
export const arrayBufferByteLength: (buffer: unknown) => number = getter(ArrayBuffer.prototype, "byteLength");
export const sharedArrayBufferByteLength: (buffer: unknown) => number = getter(
  SharedArrayBuffer.prototype,
  "byteLength",
);
export const arrayBufferMaxByteLength: (buffer: unknown) => number = getter(
  ArrayBuffer.prototype,
  "maxByteLength",
);
export const sharedArrayBufferMaxByteLength: (buffer: unknown) => number = getter(
  SharedArrayBuffer.prototype,
  "maxByteLength",
);
export const isResizable: (buffer: unknown) => boolean = getter(ArrayBuffer.prototype, "resizable");
export const isGrowableShared: (buffer: unknown) => boolean = getter(SharedArrayBuffer.prototype, "growable");
export const numberValueOf: (box: unknown) => number = uncurry(Number.prototype.valueOf as never);
export const stringValueOf: (box: unknown) => string = uncurry(String.prototype.valueOf as never);
export const booleanValueOf: (box: unknown) => boolean = uncurry(Boolean.prototype.valueOf as never);
export const bigintValueOf: (box: unknown) => bigint = uncurry(BigInt.prototype.valueOf as never);
export const symbolValueOf: (box: unknown) => symbol = uncurry(Symbol.prototype.valueOf as never);

/** The prototypes of an object, nearest first, up to a proxy, whose traps would run if it were asked for more. The proxy is the last one given. */
export function* prototypesOf(object: object): Generator<object> {
  for (let p = getPrototypeOf(object); p !== null; p = getPrototypeOf(p)) {
    yield p;
    if (types.isProxy(p)) return;
  }
}

/** Whether `prototype` is among the prototypes of an object. */
export function inherits(object: object, prototype: object): boolean {
  for (const p of prototypesOf(object)) if (p === prototype) return true;
  return false;
}

const stackGetter = Object.getOwnPropertyDescriptor(new Error(), "stack")?.get;
/** The engine's accessor of an error's `stack`; undefined where the property holds the text itself (V8 before 12). */
export const errorStack:
  { readonly get: () => unknown; readonly read: (error: object) => unknown } | undefined = stackGetter && {
  get: stackGetter,
  read: uncurry(stackGetter),
};

// kinds by internal slots
type Test = (value: unknown) => boolean;
export const isProxy: Test = types.isProxy;
export const isMap: Test = types.isMap;
export const isSet: Test = types.isSet;
export const isDate: Test = types.isDate;
export const isRegExp: Test = types.isRegExp;
export const isNativeError: Test = types.isNativeError;
export const isTypedArray: Test = types.isTypedArray;
export const isDataView: Test = types.isDataView;
export const isArrayBuffer: Test = types.isArrayBuffer;
export const isSharedArrayBuffer: Test = types.isSharedArrayBuffer;
export const isNumberObject: Test = types.isNumberObject;
export const isStringObject: Test = types.isStringObject;
export const isBooleanObject: Test = types.isBooleanObject;
export const isBigIntObject: Test = types.isBigIntObject;
export const isSymbolObject: Test = types.isSymbolObject;
export const isPromise: Test = types.isPromise;
export const isWeakMap: Test = types.isWeakMap;
export const isWeakSet: Test = types.isWeakSet;
export const isGeneratorObject: Test = types.isGeneratorObject;
export const isMapIterator: Test = types.isMapIterator;
export const isSetIterator: Test = types.isSetIterator;
export const isArgumentsObject: Test = types.isArgumentsObject;
export const isModuleNamespaceObject: Test = types.isModuleNamespaceObject;
export const isExternal: Test = types.isExternal;
