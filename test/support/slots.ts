// Internal slots of built-in objects, read by intrinsics that were captured when this file was loaded: never a method,
// an accessor or a property of the value itself, which may lie. It also tells kinds of objects apart.
import { types } from "node:util";
import { Serializer } from "node:v8";

/** A method or getter of `owner`, taken once, to be called with any receiver. */
export function intrinsic<T>(owner: object, key: PropertyKey): (receiver: unknown, ...args: unknown[]) => T {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key);
  const code: unknown = descriptor?.get ?? descriptor?.value;
  if (typeof code !== "function") throw new TypeError(`no intrinsic ${String(key)}`);
  return (receiver, ...args) => Reflect.apply(code, receiver, args) as T;
}

/** Like `intrinsic`, for what this runtime may not have. */
function optional<T>(owner: object | undefined, key: PropertyKey): ((receiver: unknown) => T) | undefined {
  return owner !== undefined && Object.hasOwn(owner, key) ? intrinsic<T>(owner, key) : undefined;
}

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

export const dateTime: (date: unknown) => number = intrinsic<number>(Date.prototype, "getTime");
export const regExpSource: (regExp: unknown) => string = intrinsic<string>(RegExp.prototype, "source");
export const urlHref: (url: unknown) => string = intrinsic<string>(URL.prototype, "href");
export const urlSearchParams: (url: unknown) => object = intrinsic<object>(URL.prototype, "searchParams");
export const searchParamsText: (params: unknown) => string = intrinsic<string>(
  URLSearchParams.prototype,
  "toString",
);
export const viewKind: (view: unknown) => string | undefined = intrinsic(
  typedArrayPrototype,
  Symbol.toStringTag,
);
const functionText = intrinsic<string>(Function.prototype, "toString");
const mapForEach = intrinsic<void>(Map.prototype, "forEach");
const setForEach = intrinsic<void>(Set.prototype, "forEach");
const typedArraySlots = {
  buffer: intrinsic<ArrayBufferLike>(typedArrayPrototype, "buffer"),
  byteOffset: intrinsic<number>(typedArrayPrototype, "byteOffset"),
  byteLength: intrinsic<number>(typedArrayPrototype, "byteLength"),
  length: intrinsic<number>(typedArrayPrototype, "length"),
};
const dataViewSlots = {
  buffer: intrinsic<ArrayBufferLike>(DataView.prototype, "buffer"),
  byteOffset: intrinsic<number>(DataView.prototype, "byteOffset"),
  byteLength: intrinsic<number>(DataView.prototype, "byteLength"),
};
const bufferSlots = {
  byteLength: intrinsic<number>(ArrayBuffer.prototype, "byteLength"),
  maxByteLength: optional<number>(ArrayBuffer.prototype, "maxByteLength"),
  variable: optional<boolean>(ArrayBuffer.prototype, "resizable"),
};
const sharedSlots = {
  byteLength: intrinsic<number>(SharedArrayBuffer.prototype, "byteLength"),
  maxByteLength: optional<number>(SharedArrayBuffer.prototype, "maxByteLength"),
  variable: optional<boolean>(SharedArrayBuffer.prototype, "growable"),
};
const regExpFlags = (
  [
    ["hasIndices", "d"],
    ["global", "g"],
    ["ignoreCase", "i"],
    ["multiline", "m"],
    ["dotAll", "s"],
    ["unicode", "u"],
    ["unicodeSets", "v"],
    ["sticky", "y"],
  ] as const
).map(([key, letter]) => [optional<boolean>(RegExp.prototype, key), letter] as const);

const boxes: [test: (value: unknown) => boolean, valueOf: (value: unknown) => unknown][] = [
  [types.isNumberObject, intrinsic(Number.prototype, "valueOf")],
  [types.isStringObject, intrinsic(String.prototype, "valueOf")],
  [types.isBooleanObject, intrinsic(Boolean.prototype, "valueOf")],
  [types.isBigIntObject, intrinsic(BigInt.prototype, "valueOf")],
  [types.isSymbolObject, intrinsic(Symbol.prototype, "valueOf")],
];

/** What the flags of a regular expression's own slots spell, in the order of `RegExp.prototype.flags`. */
export function flagsOf(regExp: unknown): string {
  return regExpFlags.map(([has, letter]) => (has?.(regExp) ? letter : "")).join("");
}

/** The primitive in a boxed primitive. */
export function unboxed(box: unknown): unknown {
  const found = boxes.find(([test]) => test(box));
  if (found === undefined) throw new TypeError("not a boxed primitive");
  return found[1](box);
}

/** Keys and values of a Map, alternating, in order. */
export function mapEntries(map: unknown): unknown[] {
  const list: unknown[] = [];
  mapForEach(map, (value: unknown, key: unknown) => list.push(key, value));
  return list;
}

export function setEntries(set: unknown): unknown[] {
  const list: unknown[] = [];
  setForEach(set, (value: unknown) => list.push(value));
  return list;
}

export interface BufferSlots {
  byteLength: number;
  /** Null where the length is fixed. */
  maxByteLength: number | null;
  detached: boolean;
}

export function bufferOf(buffer: unknown): BufferSlots {
  const slots = types.isSharedArrayBuffer(buffer) ? sharedSlots : bufferSlots;
  const variable = slots.variable?.(buffer) ?? false;
  return {
    byteLength: slots.byteLength(buffer),
    maxByteLength: variable ? (slots.maxByteLength?.(buffer) ?? null) : null,
    detached: bytesOf(buffer) === null,
  };
}

/** All bytes of a buffer, without a copy; null when it is detached. */
export function bytesOf(buffer: unknown): Uint8Array | null {
  try {
    return new Uint8Array(buffer as ArrayBuffer);
  } catch {
    return null;
  }
}

export interface ViewSlots {
  buffer: ArrayBufferLike;
  byteOffset: number;
  byteLength: number;
  /** Elements; bytes for a DataView. */
  length: number;
  /** Its length follows that of its resizable buffer. */
  tracking: boolean;
  /** Its buffer was shrunk below it or detached. */
  outOfBounds: boolean;
}

export function viewOf(view: unknown): ViewSlots {
  const dataView = types.isDataView(view);
  const slots = dataView ? dataViewSlots : typedArraySlots;
  const buffer = slots.buffer(view);
  const tracking = bufferOf(buffer).maxByteLength !== null && isTracking(view);
  try {
    const byteOffset = slots.byteOffset(view);
    const byteLength = slots.byteLength(view);
    const length = dataView ? byteLength : typedArraySlots.length(view);
    return { buffer, byteOffset, byteLength, length, tracking, outOfBounds: false };
  } catch {
    return { buffer, byteOffset: 0, byteLength: 0, length: 0, tracking, outOfBounds: true };
  }
}

/**
 * Whether a view follows the length of its buffer. No property tells; V8's serializer writes it into the last byte of a
 * view, as bit 0 of the flags.
 */
function isTracking(view: unknown): boolean {
  const serializer = new Serializer() as Serializer & { _getSharedArrayBufferId?: () => number };
  serializer._getSharedArrayBufferId = () => 0;
  serializer.writeHeader();
  try {
    serializer.writeValue(view);
  } catch {
    return false; // Out of bounds: V8 does not clone it.
  }
  return ((serializer.releaseBuffer().at(-1) ?? 0) & 1) === 1;
}

/** Bound functions have one source text and no `prototype`; native methods have a name in their text. */
export function isBoundFunction(value: unknown): boolean {
  return (
    typeof value === "function" &&
    !types.isProxy(value) &&
    functionText(value) === "function () { [native code] }" &&
    !Object.hasOwn(value, "prototype")
  );
}

const temporal = (globalThis as { Temporal?: Record<string, { prototype: object }> }).Temporal;
const temporalKinds = temporal
  ? [
      "Duration",
      "Instant",
      "PlainDate",
      "PlainDateTime",
      "PlainMonthDay",
      "PlainTime",
      "PlainYearMonth",
      "ZonedDateTime",
    ]
      .filter((name) => temporal[name] !== undefined)
      .map((name) => ({ name, text: intrinsic<string>(temporal[name]!.prototype, "toString") }))
  : [];

/** The text that says all of a Temporal object, and which class's slots it has. */
export function temporalText(value: unknown): string {
  for (const { name, text } of temporalKinds) {
    try {
      return `${name} ${name.startsWith("Plain") || name.startsWith("Zoned") ? text(value, { calendarName: "always" }) : text(value)}`;
    } catch {
      // Not of this class.
    }
  }
  throw new TypeError("not a Temporal object");
}

type Brand = readonly [
  kind: "url" | "searchParams" | "temporal" | "opaque",
  test: (value: unknown) => unknown,
];

// Kinds that `util.types` does not know. Their tests throw, which is slow, so that they are made only for
// objects with this prototype in their chain; one whose prototype was replaced passes for a plain object.
const brands = new Map<object, Brand>([
  [URL.prototype, ["url", urlHref]],
  [URLSearchParams.prototype, ["searchParams", searchParamsText]],
  [WeakRef.prototype, ["opaque", intrinsic(WeakRef.prototype, "deref")]],
  ...temporalKinds.map(({ name, text }): [object, Brand] => [temporal![name]!.prototype, ["temporal", text]]),
]);
const brandsByPrototype = new WeakMap<object, Brand | "none">();

function brandOf(value: object): Brand["0"] | null {
  // Every prototype on the way learns the answer, so that a long chain is walked once.
  const walked: object[] = [];
  let brand: Brand | "none" = "none";
  for (
    let p = prototypeOf(value);
    p !== null && p !== Object.prototype && !types.isProxy(p);
    p = prototypeOf(p)
  ) {
    const known = brandsByPrototype.get(p);
    brand = known ?? brands.get(p) ?? "none";
    walked.push(p);
    if (known !== undefined || brand !== "none") break;
  }
  for (const p of walked) brandsByPrototype.set(p, brand);
  if (brand === "none") return null;
  try {
    brand[1](value);
    return brand[0];
  } catch {
    return null;
  }
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

const kindTests: [kind: string, test: (value: unknown) => boolean][] = [
  ["map", types.isMap],
  ["set", types.isSet],
  ["date", types.isDate],
  ["regExp", types.isRegExp],
  ["error", types.isNativeError],
  ["typedArray", types.isTypedArray],
  ["dataView", types.isDataView],
  ["arrayBuffer", types.isArrayBuffer],
  ["sharedArrayBuffer", types.isSharedArrayBuffer],
  ["boxed", types.isBoxedPrimitive],
  ["arguments", types.isArgumentsObject],
  ["promise", types.isPromise],
  ["weakMap", types.isWeakMap],
  ["weakSet", types.isWeakSet],
  ["generator", types.isGeneratorObject],
  ["mapIterator", types.isMapIterator],
  ["setIterator", types.isSetIterator],
  ["namespace", types.isModuleNamespaceObject],
  ["external", types.isExternal],
];

/** Kinds that have no content of their own to compare: the same object or not. */
export const opaqueKinds: ReadonlySet<string> = new Set([
  "proxy",
  "promise",
  "weakMap",
  "weakSet",
  "generator",
  "mapIterator",
  "setIterator",
  "namespace",
  "external",
  "opaque",
]);

/** What an object is by its internal slots: `array`, `map`, `url`, …, or `object`. */
export function kindOf(value: object): string {
  if (types.isProxy(value)) return "proxy";
  if (Array.isArray(value)) return "array";
  if (typeof value === "function") return isBoundFunction(value) ? "boundFunction" : "function";
  for (const [kind, test] of kindTests) if (test(value)) return kind;
  return brandOf(value) ?? "object";
}
