// The names of what every JavaScript program is born with: which globals the text of an archive may name, and the way from an intrinsic
// function, prototype or symbol to its dotted name. Emitter and reader share this table and nothing else.

/** The globals of ECMAScript. */
const ECMASCRIPT = [
  ..."Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Math JSON Reflect Proxy Intl Atomics".split(
    " ",
  ),
  ..."Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError".split(
    " ",
  ),
  ..."Map Set WeakMap WeakSet WeakRef FinalizationRegistry Iterator DisposableStack AsyncDisposableStack Temporal".split(
    " ",
  ),
  ..."ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array".split(
    " ",
  ),
  ..."Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array Float64Array".split(" "),
  ..."parseFloat parseInt isFinite isNaN decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape".split(
    " ",
  ),
];

/** The globals that Node and browsers have in common, and Buffer. */
const HOST = [
  ..."URL URLSearchParams Event EventTarget structuredClone console queueMicrotask Buffer TextEncoder TextDecoder".split(
    " ",
  ),
  ..."AbortController AbortSignal DOMException atob btoa Blob performance".split(" "),
];

/** Those for which Node loads much at their first use, all of `fetch` for some: even to look at their descriptors takes milliseconds, or tens of them. */
const LATE = [
  ..."MessageChannel MessagePort Headers Request Response FormData ReadableStream WritableStream TransformStream CompressionStream".split(
    " ",
  ),
  ..."DecompressionStream CryptoKey".split(" "),
];

/** Every global that the text of an archive may name; no binding of an archive hides one. */
export const globalNames: readonly string[] = [...ECMASCRIPT, ...HOST, ...LATE];

const describe = Object.getOwnPropertyDescriptor;
const ownKeys = Reflect.ownKeys;
const apply = Reflect.apply;
const getPrototypeOf = Object.getPrototypeOf;
const mapGet = Function.prototype.call.bind(Map.prototype.get) as <K, V>(
  map: ReadonlyMap<K, V>,
  key: K,
) => V | undefined;
const mapSet = Function.prototype.call.bind(Map.prototype.set) as <K, V>(
  map: Map<K, V>,
  key: K,
  value: V,
) => void;
const mapHas = Function.prototype.call.bind(Map.prototype.has) as <K>(
  map: ReadonlyMap<K, unknown>,
  key: K,
) => boolean;
const setHas = Function.prototype.call.bind(Set.prototype.has) as <K>(
  set: ReadonlySet<K>,
  value: K,
) => boolean;
const setAdd = Function.prototype.call.bind(Set.prototype.add) as <K>(set: Set<K>, value: K) => void;

/** The properties of the global object as they were when the library was loaded; those of {@link LATE}, when they were first asked for. */
const roots = new Map<string, PropertyDescriptor>();
for (const name of [...ECMASCRIPT, ...HOST]) {
  const descriptor = describe(globalThis, name);
  if (descriptor !== undefined) roots.set(name, descriptor);
}
const late: ReadonlySet<string> = new Set(LATE);

/**
 * Not to be had by name: they make code of text. A program that calls `a.concat(b)` on restored data would run `b` if `a.concat` were `eval`.
 */
const withheld: ReadonlySet<unknown> = new Set<unknown>([
  Function,
  // oxlint-disable-next-line no-eval -- named so that it can be refused
  eval,
  getPrototypeOf(function* () {}).constructor,
  getPrototypeOf(async function () {}).constructor,
  getPrototypeOf(async function* () {}).constructor,
]);

/** Whether `value` is an intrinsic that makes code of text (`eval`, `Function`) and is therefore never given by name. */
export function isWithheld(value: unknown): boolean {
  return setHas(withheld, value);
}

/** The value of a global that archives may name, or undefined when there is none of this name. Withheld ones are found: `Function.prototype` is in order. */
export function intrinsicRoot(name: string): { readonly value: unknown } | undefined {
  const known = mapGet(roots, name);
  if (known !== undefined && known.get === undefined) return known as { value: unknown };
  const descriptor = known ?? (setHas(late, name) ? describe(globalThis, name) : undefined);
  if (descriptor === undefined) return undefined;
  // a global that Node makes at its first use: a getter is Node's own
  const root = {
    value:
      descriptor.get === undefined ? (descriptor.value as unknown) : apply(descriptor.get, globalThis, []),
  };
  mapSet(roots, name, root);
  return root;
}

/** `names`: each intrinsic's shortest dotted name; `prototypes`: the objects that are some constructor's `prototype`. */
interface Names {
  names: Map<unknown, string>;
  prototypes: Set<unknown>;
  /** Those that are ECMAScript's own. */
  ecmascript: Set<unknown>;
}

let walked: Names | undefined;

/** Walks the globals breadth first through own data properties; no getter is called. */
function walk(): Names {
  const names = new Map<unknown, string>();
  const prototypes = new Set<unknown>();
  const ecmascript = new Set<unknown>();
  const queue: { holder: object; path: string; isHost: boolean }[] = [];
  let queued = 0;
  const visit = (value: unknown, path: string, isHost: boolean): void => {
    const isThing = (typeof value === "object" && value !== null) || typeof value === "function";
    if (!isThing && typeof value !== "symbol") return;
    if (mapHas(names, value)) return;
    mapSet(names, value, path);
    if (!isHost) setAdd(ecmascript, value);
    if (isThing) queue[queued++] = { holder: value, path, isHost };
  };
  for (let i = 0; i < ECMASCRIPT.length; i++) {
    const root = intrinsicRoot(ECMASCRIPT[i]!);
    if (root !== undefined) visit(root.value, ECMASCRIPT[i]!, false);
  }
  for (let i = 0; i < HOST.length; i++) {
    // what Node makes at its first use is left to that
    const descriptor = mapGet(roots, HOST[i]!);
    if (descriptor !== undefined && descriptor.get === undefined) visit(descriptor.value, HOST[i]!, true);
  }
  for (let i = 0; i < queued; i++) {
    const { holder, path, isHost } = queue[i]!;
    const keys = ownKeys(holder);
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k]!;
      if (typeof key !== "string" || key === "constructor" || !isName(key)) continue;
      const value: unknown = describe(holder, key)?.value;
      if (key === "prototype") setAdd(prototypes, value);
      // what a console or Buffer holds besides functions is this process's state, not an intrinsic
      if (typeof value === "object" && key !== "prototype" && !isNamespace(path)) continue;
      visit(value, `${path}.${key}`, isHost);
    }
  }
  return { names, prototypes, ecmascript };
}

function isNamespace(path: string): boolean {
  return path === "Intl" || path === "Temporal";
}

function isName(key: string): boolean {
  if (key.length === 0) return false;
  for (let i = 0; i < key.length; i++) {
    const c = key[i]!;
    const letter = (c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || c === "_" || c === "$";
    if (!letter && (i === 0 || c < "0" || c > "9")) return false;
  }
  return true;
}

/**
 * The dotted name by which text may refer to an intrinsic function, prototype object or well-known symbol: `Math.sin`, `Array.prototype`,
 * `Symbol.iterator`. Undefined for anything else, and for what is withheld.
 */
export function intrinsicName(value: unknown): string | undefined {
  if (
    (typeof value !== "object" || value === null) &&
    typeof value !== "function" &&
    typeof value !== "symbol"
  )
    return undefined;
  if (isWithheld(value)) return undefined;
  walked ??= walk();
  const name = mapGet(walked.names, value);
  if (name !== undefined || typeof value !== "function") return name;
  // a global that Node has not made yet, or made after the walk, is known by its own name
  const own: unknown = describe(value, "name")?.value;
  return typeof own === "string" && intrinsicRoot(own)?.value === value ? own : undefined;
}

/** The dotted name of a function that belongs to a global of {@link LATE}; undefined for any other. This has Node make all of them. */
export function lateName(f: object): string | undefined {
  for (let i = 0; i < LATE.length; i++) {
    const name = LATE[i]!;
    const root = intrinsicRoot(name)?.value;
    if (typeof root !== "function") continue;
    const found =
      memberName(root, name, f) ?? memberName(describe(root, "prototype")?.value, `${name}.prototype`, f);
    if (found !== undefined) return found;
  }
  return undefined;
}

function memberName(holder: object, path: string, f: object): string | undefined {
  const keys = ownKeys(holder);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (typeof key === "string" && isName(key) && describe(holder, key)?.value === f) return `${path}.${key}`;
  }
  return undefined;
}

/** Whether text may make objects that inherit from an intrinsic: any of ECMAScript's, and the `prototype` of a constructor of the host's. */
export function isIntrinsicPrototype(value: unknown): boolean {
  walked ??= walk();
  if (setHas(walked.ecmascript, value)) return !isWithheld(value);
  if (setHas(walked.prototypes, value)) return true;
  const constructor: unknown =
    typeof value === "object" && value !== null ? describe(value, "constructor")?.value : undefined;
  return (
    typeof constructor === "function" &&
    intrinsicName(constructor) !== undefined &&
    describe(constructor, "prototype")?.value === value
  );
}
