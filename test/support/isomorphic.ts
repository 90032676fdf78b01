// Strict isomorphism of two object graphs: the oracle of every round trip. It shares no code with the library, follows
// the graphs without recursion, and runs no code of the values: no accessor, no method, no proxy trap.
import { types } from "node:util";
import { aliasingDifference } from "./aliasing.ts";
import type { AliasedPair } from "./aliasing.ts";
import { boundParts } from "./bound.ts";
import { arrayDifference, isMarked } from "./ndarrays.ts";
import { pathOf } from "./place.ts";
import type { Place } from "./place.ts";
import * as slots from "./slots.ts";

export interface Options {
  /**
   * `captured` (default): a `stack` that the engine wrote when it made an Error is not compared, one that a program set
   * is; `all`: every stack is compared.
   */
  stack?: "captured" | "all";
  /**
   * `exact` (default): a typed array's buffer is a node, with all of its bytes, but for Buffers in Node's pool.
   * `aliasing`: every view is its bytes and the memory it shares with other views.
   */
  memory?: "exact" | "aliasing";
  /** `marked` (default); `shaped`: an object `{ data, shape, … }` on the left equals an NDArray on the right. */
  ndarrays?: "marked" | "shaped";
  /** Objects, functions and symbols that must be the very same on both sides. */
  references?: Iterable<unknown>;
  /** Pairs that count as equal, such as a class and its renamed successor. */
  pairs?: Iterable<readonly [object, object]>;
}

/**
 * Null when the graphs from `a` and `b` are isomorphic, else one sentence that begins with the key path: `.runs[3].psi:
 * expected 3, found 4`. `a` is what is expected. The relation is symmetric, but for `ndarrays: "shaped"`.
 */
export function difference(a: unknown, b: unknown, options: Options = {}): string | null {
  return new Comparison(options).run(a, b);
}

type Reference = object | symbol;

class Comparison {
  readonly #stack: "captured" | "all";
  readonly #memory: "exact" | "aliasing";
  readonly #shaped: boolean;
  // The bijection between both sides: objects, functions, unique symbols.
  readonly #rightOf = new Map<Reference, Reference>();
  readonly #leftOf = new Map<Reference, Reference>();
  readonly #aliased: AliasedPair[] = [];
  // Pairs whose content is still to be compared; three stacks side by side cost less than one of tuples.
  readonly #lefts: object[] = [];
  readonly #rights: object[] = [];
  readonly #places: (Place | null)[] = [];

  constructor(options: Options) {
    this.#stack = options.stack ?? "captured";
    this.#memory = options.memory ?? "exact";
    this.#shaped = options.ndarrays === "shaped";
    for (const reference of options.references ?? [])
      this.#bind(reference as Reference, reference as Reference);
    for (const [left, right] of options.pairs ?? []) this.#bind(left, right);
  }

  run(a: unknown, b: unknown): string | null {
    let found = this.#check(a, b, null);
    while (found === null && this.#lefts.length > 0) {
      const place = this.#places.pop()!;
      found = this.#compare(this.#lefts.pop()!, this.#rights.pop()!, place);
    }
    return found ?? aliasingDifference(this.#aliased);
  }

  #bind(a: Reference, b: Reference): void {
    this.#rightOf.set(a, b);
    this.#leftOf.set(b, a);
  }

  /** Compares two values as far as they can be without content; objects seen for the first time are put by. */
  #check(a: unknown, b: unknown, place: Place | null): string | null {
    if (typeof a === "symbol" && typeof b === "symbol") return this.#checkSymbols(a, b, place);
    if (!isReference(a) || !isReference(b))
      return Object.is(a, b) ? null : differ(place, describe(a), describe(b));
    const partner = this.#rightOf.get(a);
    if (partner === b) return null;
    if (partner !== undefined)
      return `${pathOf(place)}: expected the same object as elsewhere in the graph, found another ${describe(b)}`;
    if (this.#leftOf.has(b))
      return `${pathOf(place)}: expected an object of its own, found one that stands elsewhere in the graph`;
    if (typeof a === "function" || typeof b === "function") {
      if (a === b) return this.#join(a, b);
      if (!slots.isBoundFunction(a) || !slots.isBoundFunction(b))
        return differ(place, describe(a), describe(b));
    }
    this.#join(a, b);
    this.#lefts.push(a);
    this.#rights.push(b);
    this.#places.push(place);
    return null;
  }

  #join(a: Reference, b: Reference): null {
    this.#bind(a, b);
    return null;
  }

  #checkSymbols(a: symbol, b: symbol, place: Place | null): string | null {
    const fixed = isFixedSymbol(a) || isFixedSymbol(b);
    if (fixed) return a === b ? null : differ(place, describe(a), describe(b));
    const partner = this.#rightOf.get(a);
    if (partner === b) return null;
    if (partner !== undefined || this.#leftOf.has(b))
      return `${pathOf(place)}: the symbol ${describe(b)} is shared on one side only`;
    if (a.description !== b.description) return differ(place, describe(a), describe(b));
    return this.#join(a, b);
  }

  /** Compares the content of two objects that the bijection has just joined. */
  #compare(a: object, b: object, place: Place | null): string | null {
    if (isMarked(b) && (this.#shaped || isMarked(a)))
      return arrayDifference(a, b, place, (x, y, step) => this.#check(x, y, text(place, step)));
    const kind = slots.kindOf(a);
    const kindThere = slots.kindOf(b);
    if (kind !== kindThere) return differ(place, `a ${kind}`, `a ${kindThere}`);
    if (slots.opaqueKinds.has(kind)) return a === b ? null : `${pathOf(place)}: not the same ${kind}`;
    return this.#compareSlots(kind, a, b, place) ?? this.#compareObjects(kind, a, b, place);
  }

  /** What every object has: prototype, extensibility, own properties. */
  #compareObjects(kind: string, a: object, b: object, place: Place | null): string | null {
    const found = this.#check(
      Object.getPrototypeOf(a),
      Object.getPrototypeOf(b),
      text(place, ".[[Prototype]]"),
    );
    if (found !== null) return found;
    if (Object.isExtensible(a) !== Object.isExtensible(b)) return differ(place, extensible(a), extensible(b));
    const keys = this.#ownKeys(kind, a, b);
    const keysThere = this.#ownKeys(kind, b, a);
    if (keys.length !== keysThere.length) return keysDiffer(keys, keysThere, place);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const keyThere = keysThere[i]!;
      if (key !== keyThere) {
        if (typeof key !== "symbol" || typeof keyThere !== "symbol")
          return keysDiffer(keys, keysThere, place);
        const unlike = this.#checkSymbols(key, keyThere, text(place, `.[[key ${i}]]`));
        if (unlike !== null) return unlike;
      }
      const unlike = this.#compareProperties(a, b, key, keyThere, place);
      if (unlike !== null) return unlike;
    }
    return null;
  }

  #compareProperties(
    a: object,
    b: object,
    key: PropertyKey,
    keyThere: PropertyKey,
    at: Place | null,
  ): string | null {
    const here = descriptorOf(a, key);
    const there = descriptorOf(b, keyThere);
    const place: Place = { parent: at, step: key, kind: "key" };
    const flags = flagsOf(here);
    const flagsThere = flagsOf(there);
    if (flags !== flagsThere) return differ(place, `a property ${flags}`, flagsThere);
    if (here.get !== there.get || here.set !== there.set) return `${pathOf(place)}: not the same accessor`;
    // The prototype of a class is what `instanceof` asks for: an equal copy of it will not do.
    if (key === "constructor" && a !== b && (isPrototypeOf(a, here.value) || isPrototypeOf(b, there.value)))
      return `${pathOf(at)}: expected the very prototype of a class, found a copy`;
    return this.#check(here.value, there.value, place);
  }

  #ownKeys(kind: string, object: object, other: object): PropertyKey[] {
    const keys = Reflect.ownKeys(object);
    // Elements come first, and are compared as bytes.
    if (kind === "typedArray") return keys.slice(slots.viewOf(object).length);
    if (kind === "error" && this.#stack === "captured" && hasCapturedStack(object) && hasCapturedStack(other))
      return keys.filter((key) => key !== "stack");
    return keys;
  }

  /** What only this kind of object has. */
  #compareSlots(kind: string, a: object, b: object, place: Place | null): string | null {
    switch (kind) {
      case "map":
        return this.#compareEntries(slots.mapEntries(a), slots.mapEntries(b), 2, place);
      case "set":
        return this.#compareEntries(slots.setEntries(a), slots.setEntries(b), 1, place);
      case "date":
        return same(slots.dateTime(a), slots.dateTime(b), "time", place);
      case "regExp":
        return (
          same(slots.regExpSource(a), slots.regExpSource(b), "source", place) ??
          same(slots.flagsOf(a), slots.flagsOf(b), "flags", place)
        );
      case "boxed":
        return this.#check(slots.unboxed(a), slots.unboxed(b), text(place, ".[[value]]"));
      case "url":
        return (
          same(slots.urlHref(a), slots.urlHref(b), "href", place) ??
          this.#check(slots.urlSearchParams(a), slots.urlSearchParams(b), text(place, ".searchParams"))
        );
      case "searchParams":
        return same(slots.searchParamsText(a), slots.searchParamsText(b), "parameters", place);
      case "temporal":
        return same(slots.temporalText(a), slots.temporalText(b), "time", place);
      case "arrayBuffer":
      case "sharedArrayBuffer":
        return compareBuffers(a, b, place);
      case "typedArray":
        return same(slots.viewKind(a), slots.viewKind(b), "kind", place) ?? this.#compareViews(a, b, place);
      case "dataView":
        return this.#compareViews(a, b, place);
      case "boundFunction": {
        const here = boundParts(a);
        const there = boundParts(b);
        return (
          this.#check(here.target, there.target, text(place, ".[[target]]")) ??
          this.#check(here.receiver, there.receiver, text(place, ".[[this]]")) ??
          this.#compareEntries(here.args, there.args, 1, place)
        );
      }
      default:
        return null; // Arrays, Errors, arguments and plain objects are their properties.
    }
  }

  #compareEntries(here: unknown[], there: unknown[], width: 1 | 2, place: Place | null): string | null {
    if (here.length !== there.length)
      return differ(place, `${here.length / width} entries`, `${there.length / width}`);
    for (let i = 0; i < here.length; i++) {
      const step = width === 1 ? `.[[entry ${i}]]` : `.[[${i % 2 === 0 ? "key" : "value"} ${i >> 1}]]`;
      const found = this.#check(here[i], there[i], text(place, step));
      if (found !== null) return found;
    }
    return null;
  }

  #compareViews(a: object, b: object, place: Place | null): string | null {
    const here = slots.viewOf(a);
    const there = slots.viewOf(b);
    if (this.#memory === "aliasing" || isPooled(a, here)) {
      this.#aliased.push({ a: here, b: there, place });
      return (
        same(here.length, there.length, "length", place) ??
        compareBytes(shownBytes(here), shownBytes(there), place)
      );
    }
    return (
      same(here.length, there.length, "length", place) ??
      same(here.byteOffset, there.byteOffset, "byteOffset", place) ??
      same(here.tracking, there.tracking, "length-tracking", place) ??
      same(here.outOfBounds, there.outOfBounds, "out-of-bounds", place) ??
      this.#check(here.buffer, there.buffer, text(place, ".buffer"))
    );
  }
}

function isReference(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

const wellKnownSymbols: ReadonlySet<unknown> = new Set(
  Reflect.ownKeys(Symbol).map((key) => Object.getOwnPropertyDescriptor(Symbol, key)?.value as unknown),
);

function isFixedSymbol(symbol: symbol): boolean {
  return wellKnownSymbols.has(symbol) || Symbol.keyFor(symbol) !== undefined;
}

function isPrototypeOf(object: object, constructor: unknown): boolean {
  if (typeof constructor !== "function" || types.isProxy(constructor)) return false;
  return Object.getOwnPropertyDescriptor(constructor, "prototype")?.value === object;
}

const engineStack = Object.getOwnPropertyDescriptor(new Error(), "stack")?.get;

/** An own property. Where the engine has an accessor for an error's `stack`, it is what that gives; freezing it makes it constant. */
function descriptorOf(object: object, key: PropertyKey): PropertyDescriptor {
  const descriptor = Object.getOwnPropertyDescriptor(object, key)!;
  if (descriptor.get === undefined || descriptor.get !== engineStack) return descriptor;
  const { enumerable, configurable } = descriptor;
  const value: unknown = engineStack.call(object);
  return { value, writable: !Object.isFrozen(object), enumerable: enumerable!, configurable: configurable! };
}

/** Whether `stack` is a text that V8 wrote: hidden, with frames. (The first look at it makes V8 write it.) */
function hasCapturedStack(error: object): boolean {
  if (!Object.hasOwn(error, "stack")) return false;
  const { enumerable, value } = descriptorOf(error, "stack") as { enumerable: boolean; value: unknown };
  return !enumerable && typeof value === "string" && /\n {4}at /.test(value);
}

/**
 * A Buffer that Node cut from its pool. Node does not say so; it is a Buffer smaller than half of the pool, on memory
 * as large as the pool.
 */
function isPooled(view: object, { buffer, length }: slots.ViewSlots): boolean {
  return (
    Object.getPrototypeOf(view) === Buffer.prototype &&
    types.isArrayBuffer(buffer) &&
    length < Buffer.poolSize >>> 1 &&
    slots.bufferOf(buffer).byteLength === Buffer.allocUnsafe(1).buffer.byteLength
  );
}

function shownBytes({ buffer, byteOffset, byteLength }: slots.ViewSlots): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function compareBuffers(a: object, b: object, place: Place | null): string | null {
  const here = slots.bufferOf(a);
  const there = slots.bufferOf(b);
  return (
    same(here.byteLength, there.byteLength, "byteLength", place) ??
    same(here.maxByteLength, there.maxByteLength, "maxByteLength", place) ??
    same(here.detached, there.detached, "detached", place) ??
    (here.detached ? null : compareBytes(slots.bytesOf(a)!, slots.bytesOf(b)!, place))
  );
}

function compareBytes(here: Uint8Array, there: Uint8Array, place: Place | null): string | null {
  if (Buffer.compare(here, there) === 0) return null;
  const i = here.findIndex((byte, index) => byte !== there[index]);
  return `${pathOf(place)}: byte ${i} differs: expected ${here[i]}, found ${there[i]}`;
}

function same(a: unknown, b: unknown, what: string, place: Place | null): string | null {
  return Object.is(a, b) ? null : differ(place, `${what} ${describe(a)}`, describe(b));
}

function differ(place: Place | null, expected: string, found: string): string {
  return `${pathOf(place)}: expected ${expected}, found ${found}`;
}

function keysDiffer(here: PropertyKey[], there: PropertyKey[], place: Place | null): string {
  const known = new Set(here);
  const found = new Set(there);
  const missing = here.find((key) => !found.has(key));
  const extra = there.find((key) => !known.has(key));
  if (missing !== undefined && typeof missing !== "symbol")
    return `${pathOf(place)}: lacks the key ${describe(missing)}`;
  if (extra !== undefined && typeof extra !== "symbol")
    return `${pathOf(place)}: has a key too many, ${describe(extra)}`;
  const list = (keys: PropertyKey[]): string => keys.slice(0, 8).map(describe).join(", ");
  return differ(place, `${here.length} keys ${list(here)}`, `${there.length}: ${list(there)}`);
}

function flagsOf({ get, set, writable, enumerable, configurable }: PropertyDescriptor): string {
  const access = get !== undefined || set !== undefined ? "accessor" : writable ? "writable" : "read-only";
  return `${access}, ${enumerable ? "enumerable" : "hidden"}, ${configurable ? "configurable" : "fixed"}`;
}

function extensible(object: object): string {
  return Object.isExtensible(object) ? "an extensible object" : "a non-extensible object";
}

function text(parent: Place | null, step: string): Place {
  return { parent, step, kind: "text" };
}

/** A few words on a value, for a message, running no code of it. */
function describe(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (!isReference(value)) return String(value);
  const kind = slots.kindOf(value);
  if (kind !== "function") return `a ${kind}`;
  const name = Object.getOwnPropertyDescriptor(value, "name")?.value as unknown;
  return typeof name === "string" && name !== "" ? `the function ${name}` : "a function";
}
