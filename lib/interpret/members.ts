// Reading and writing one property, as the engine would, but without ever running an accessor or a proxy trap.

import type { Budget } from "./limits.ts";
import {
  define,
  describe,
  getPrototypeOf,
  hasOwn,
  isArray,
  isExtensible,
  isObject,
  isProxy,
  isTypedArray,
  setStack,
  stackSetter,
  toText,
  typedArrayBuffer,
  urlSearchParams,
} from "./natives.ts";
import type { Origins } from "./origins.ts";
import type { Source } from "./source.ts";

const URLPrototype: object = URL.prototype;

/** The rules of one reading. */
export interface Rules {
  readonly source: Source;
  readonly budget: Budget;
  readonly origins: Origins;
}

/** The property key that a value is, or undefined for an object, whose conversion would run code. */
export function toKey(value: unknown): PropertyKey | undefined {
  if (typeof value === "string" || typeof value === "symbol") return value;
  return isObject(value) ? undefined : toText(value);
}

export function showKey(key: PropertyKey): string {
  return typeof key === "string" ? `\`${key}\`` : `\`[${toText(key)}]\``;
}

/** Makes an ordinary own data property; false when the object does not take it. */
export function defineData(object: object, key: PropertyKey, value: unknown): boolean {
  // without a prototype, so that nothing added to Object.prototype is taken for a part of the descriptor
  return define(object, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}

/** `base.key`, an own data property. */
export function readMember(rules: Rules, base: unknown, key: PropertyKey, at: number): unknown {
  const source: Source = rules.source;
  const { origins } = rules;
  if (!isObject(base)) source.refuse(`the member ${showKey(key)} of a value that is no object`, at);
  if (isProxy(base)) source.refuse("a member of a proxy", at);
  if (base === globalThis) source.refuse("a member of the global object", at);
  const descriptor = describe(base, key);
  const origin = origins.of(base);
  if (descriptor === undefined) {
    // two accessors that give a part of the object
    if (origin === undefined && key === "buffer" && isTypedArray(base)) return typedArrayBuffer(base);
    if (origin === undefined && key === "searchParams" && getPrototypeOf(base) === URLPrototype)
      return urlSearchParams(base);
    source.refuse(`the member ${showKey(key)}, which the object does not have itself`, at);
  }
  if (!hasOwn(descriptor, "value")) source.refuse(`the accessor ${showKey(key)}`, at);
  return origin === undefined ? descriptor.value : origins.mark(descriptor.value, origin, at);
}

/** `base.key = value`: changes a data property or adds one, where that runs nothing. */
export function writeMember(rules: Rules, base: unknown, key: PropertyKey, value: unknown, at: number): void {
  const source: Source = rules.source;
  const { origins } = rules;
  if (!origins.isOwn(base))
    source.refuse(`an assignment to ${showKey(key)} of what this archive has not made`, at);
  const descriptor = describe(base, key);
  if (descriptor !== undefined) {
    if (!hasOwn(descriptor, "value")) {
      // an engine's own, which only keeps the text
      if (descriptor.set !== undefined && descriptor.set === stackSetter) return setStack(base, value);
      source.refuse(`an assignment to the accessor ${showKey(key)}`, at);
    }
    checkConversion(source, base, key, value, at);
    if (key === "length" && isArray(base) && descriptor.writable === true) makeSparse(base, value);
    if (
      descriptor.writable !== true ||
      !define(base, key, { __proto__: null, value } as PropertyDescriptor)
    ) {
      source.fail("PERSIST_SYNTAX", `the property ${showKey(key)} is read-only`, at);
    }
    return;
  }
  if (isTypedArray(base) && isNumeric(key))
    source.refuse(`an assignment to ${showKey(key)}, beyond the end of a typed array`, at);
  for (let holder = getPrototypeOf(base); holder !== null; holder = getPrototypeOf(holder)) {
    rules.budget.work(1);
    if (isProxy(holder)) source.refuse("an assignment to an object whose prototype is a proxy", at);
    if (isTypedArray(holder) && isNumeric(key))
      source.refuse("an assignment to an object whose prototype is a typed array", at);
    const inherited = describe(holder, key);
    if (inherited === undefined) continue;
    if (!hasOwn(inherited, "value")) source.refuse(`an assignment to the accessor ${showKey(key)}`, at);
    if (inherited.writable !== true)
      source.fail("PERSIST_SYNTAX", `the property ${showKey(key)} is read-only`, at);
    break;
  }
  if (!isExtensible(base) || !defineData(base, key, value)) {
    source.fail("PERSIST_SYNTAX", `the property ${showKey(key)} cannot be added`, at);
  }
}

/** More empty elements than this are not given memory. */
const EMPTY = 512;

/** Before an array gets a length that the text merely claims: makes it one without memory for what is not there, by way of the greatest length. */
export function makeSparse(array: unknown[], length: unknown): void {
  if (typeof length !== "number" || length <= array.length + EMPTY) return;
  define(array, "length", { __proto__: null, value: 2 ** 32 - 1 } as PropertyDescriptor);
}

/** Refuses an object where storing converts the value to a number, which would call its methods. */
export function checkConversion(
  source: Source,
  base: object,
  key: PropertyKey,
  value: unknown,
  at: number,
): void {
  if (typeof value === "number") return;
  const converts = isTypedArray(base) ? isNumeric(key) : isArray(base) && key === "length";
  if (!converts) return;
  if (isObject(value)) source.refuse("the conversion of an object to a number", at);
}

/** Whether a typed array would take this key for an index. */
function isNumeric(key: PropertyKey): boolean {
  return typeof key === "string" && (key === "-0" || toText(+key) === key);
}
