// The intrinsics that the reader works with, captured when the library is loaded: a program that replaces `Map.prototype.set` or
// `String.prototype.slice` later changes nothing here. Methods are functions of their receiver.

import { types } from "node:util";

function uncurry<This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
  return Function.prototype.call.bind(method) as never;
}

function getter(prototype: object, key: PropertyKey): (self: unknown) => unknown {
  return uncurry(Object.getOwnPropertyDescriptor(prototype, key)!.get as (this: unknown) => unknown);
}

// text
export const charCodeAt: (text: string, index: number) => number = uncurry(String.prototype.charCodeAt);
export const codePointAt: (text: string, index: number) => number | undefined = uncurry(
  String.prototype.codePointAt,
);
export const slice: (text: string, start: number, end?: number) => string = uncurry(String.prototype.slice);
export const indexOf: (text: string, part: string, from?: number) => number = uncurry(
  String.prototype.indexOf,
);
export const startsWith: (text: string, part: string, from?: number) => boolean = uncurry(
  String.prototype.startsWith as never,
);
export const fromCharCode: (code: number) => string = String.fromCharCode;
export const fromCodePoint: (code: number) => string = String.fromCodePoint;
export const replaceAll: (text: string, part: string, by: string) => string = uncurry(
  String.prototype.replaceAll as never,
);
export const exec: (pattern: RegExp, text: string) => RegExpExecArray | null = uncurry(RegExp.prototype.exec);
export const byteLength: (text: string) => number = Buffer.byteLength;
export const toText: (value: unknown) => string = String;
export const toNumber: (text: string) => number = Number;
export const toBigInt: (value: string | number | bigint | boolean) => bigint = BigInt;
export const quote: (text: string) => string = JSON.stringify;
export const isInteger: (value: unknown) => value is number = Number.isSafeInteger as never;
export const isFinite: (value: unknown) => boolean = Number.isFinite;

// objects
export const describe: (object: object, key: PropertyKey) => PropertyDescriptor | undefined =
  Object.getOwnPropertyDescriptor;
export const define: (object: object, key: PropertyKey, descriptor: PropertyDescriptor) => boolean =
  Reflect.defineProperty;
export const getPrototypeOf: (object: object) => object | null = Object.getPrototypeOf;
export const setPrototypeOf: (object: object, prototype: object | null) => boolean = Reflect.setPrototypeOf;
export const createObject: (prototype: object | null) => Record<PropertyKey, unknown> = Object.create;
export const ownKeys: (object: object) => PropertyKey[] = Reflect.ownKeys;
export const objectKeys: (object: object) => string[] = Object.keys;
export const hasOwn: (object: object, key: PropertyKey) => boolean = Object.hasOwn;
export const isExtensible: (object: object) => boolean = Object.isExtensible;
export const deleteProperty: (object: object, key: PropertyKey) => boolean = Reflect.deleteProperty;
export const bind: (f: Function, self: unknown, ...args: unknown[]) => Function = uncurry(
  Function.prototype.bind,
) as never;
export const freeze: <T>(value: T) => T = Object.freeze;
export const seal: <T>(value: T) => T = Object.seal;
export const preventExtensions: <T>(value: T) => T = Object.preventExtensions;
export const toObject: (value: unknown) => object = Object as never;
export const apply: (f: Function, self: unknown, args: readonly unknown[]) => unknown = Reflect.apply;
export const construct: (f: Function, args: readonly unknown[], newTarget?: Function) => object =
  Reflect.construct as never;
export const isArray: (value: unknown) => value is unknown[] = Array.isArray;
export const ObjectPrototype: object = Object.prototype;
export const ArrayPrototype: object = Array.prototype;
export const MapPrototype: object = Map.prototype;
export const SetPrototype: object = Set.prototype;

// collections
export const mapGet: <K, V>(map: ReadonlyMap<K, V>, key: K) => V | undefined = uncurry(
  Map.prototype.get,
) as never;
export const mapSet: <K, V>(map: Map<K, V>, key: K, value: V) => unknown = uncurry(
  Map.prototype.set,
) as never;
export const mapHas: <K>(map: ReadonlyMap<K, unknown>, key: K) => boolean = uncurry(
  Map.prototype.has,
) as never;
export const mapForEach: <K, V>(map: ReadonlyMap<K, V>, visit: (value: V, key: K) => void) => void = uncurry(
  Map.prototype.forEach,
) as never;
export const setForEach: <T>(set: ReadonlySet<T>, visit: (value: T) => void) => void = uncurry(
  Set.prototype.forEach,
) as never;
export const setAdd: <T>(set: Set<T>, value: T) => unknown = uncurry(Set.prototype.add) as never;
export const setHas: <T>(set: ReadonlySet<T>, value: T) => boolean = uncurry(Set.prototype.has) as never;

// binary data
const TypedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);
export const typedArrayLength: (array: unknown) => number = getter(TypedArrayPrototype, "length") as never;
export const typedArrayByteLength: (array: unknown) => number = getter(
  TypedArrayPrototype,
  "byteLength",
) as never;
export const typedArrayBuffer: (array: unknown) => object = getter(TypedArrayPrototype, "buffer") as never;
export const typedArraySet: (array: unknown, list: unknown, offset?: number) => void = uncurry(
  (TypedArrayPrototype as Uint8Array).set as never,
);
export const bufferFrom: (...args: unknown[]) => Buffer = Buffer.from as never;
export const decodeBase64: (text: string) => string = atob;

// others
export const parseJSON: (text: string) => unknown = JSON.parse;
export const symbolFor: (key: string) => symbol = Symbol.for;
export const iteratorSymbol: symbol = Symbol.iterator;
/** The setter behind the `stack` of an error, where the engine has one: V8 before 12 shows it as a property with a value. */
export const stackSetter: ((value: unknown) => void) | undefined = Object.getOwnPropertyDescriptor(
  new Error(),
  "stack",
)?.set;
export const setStack: (error: object, value: unknown) => void = (error, value) => {
  if (stackSetter !== undefined) apply(stackSetter, error, [value]);
};
export const urlSearchParams: (url: unknown) => unknown = getter(URL.prototype, "searchParams");

// kinds by internal slots
type Test = (value: unknown) => boolean;
export const isProxy: Test = types.isProxy;
export const isMap: Test = types.isMap;
export const isSet: Test = types.isSet;
export const isTypedArray: Test = types.isTypedArray;
export const isAnyArrayBuffer: Test = types.isAnyArrayBuffer;

/** Whether a value is an object or function, as the language means it. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
