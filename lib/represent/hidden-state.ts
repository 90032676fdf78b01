// State that cannot be seen from outside, and so cannot be kept: `#private` members of classes, and the internal slots of built-in objects other
// than those that this library takes apart. An object restored without it would fail at its first use.

import { intrinsicName } from "../intrinsics.ts";
import { privateFieldsOf } from "./inspector.ts";
import {
  functionToString,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isNativeError,
  isProxy,
  prototypesOf,
} from "./primordials.ts";
import { prototypeReference } from "./reference/find.ts";
import { Unsupported } from "./unsupported.ts";

/** Built-in classes whose instances are told by their slots, so that an object that merely inherits from them has none. */
// prettier-ignore
const TOLD_BY_SLOTS: ReadonlySet<string> = new Set([
  "Object", "Function", "Array", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "Date", "RegExp", "Iterator",
  "Error", "AggregateError", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError",
  "Number", "String", "Boolean", "Symbol", "BigInt", "ArrayBuffer", "SharedArrayBuffer", "DataView", "Int8Array", "Uint8Array",
  "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "BigInt64Array", "BigUint64Array", "Float16Array",
  "Float32Array", "Float64Array", "TypedArray", "Buffer", "URL", "URLSearchParams",
  "Temporal.Instant", "Temporal.ZonedDateTime", "Temporal.PlainDate", "Temporal.PlainDateTime", "Temporal.PlainTime", "Temporal.PlainYearMonth",
  "Temporal.PlainMonthDay", "Temporal.Duration",
]);

/** Throws Unsupported for an object that may have state which nobody but its class can see. */
export function refuseHiddenState(object: object): void {
  const nearest = getPrototypeOf(object);
  if (nearest === null || harmless.has(nearest)) return;
  let isHarmless = true;
  for (const prototype of prototypesOf(object)) {
    if (isProxy(prototype)) return; // it is refused when its turn comes
    const className = builtinClass(prototype);
    if (className !== undefined) {
      if (!TOLD_BY_SLOTS.has(className)) refuse(`is a ${className}, whose state cannot be read`);
      continue;
    }
    const constructor: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
    // what a class has made inherits from prototypes of classes; behind plain data stand the classes of other objects
    if (typeof constructor !== "function" || isProxy(constructor)) break;
    if (!isNativeError(object) && isNodeClass(prototype))
      refuse(`is a ${nameOf(constructor)} of Node's, whose state cannot be read`);
    const declared = privateMembers(constructor);
    if (declared !== "none") isHarmless = false;
    // the engine shows fields and accessors that an object really has, but not methods
    if (declared === "methods" || (declared === "fields" && privateFieldsOf(object).size > 0)) {
      refuse(
        `is an instance of ${nameOf(constructor)} with #private state, which cannot be seen from outside; give the class a [represent] method`,
      );
    }
  }
  if (isHarmless) harmless.add(nearest);
}

/** Prototypes whose objects can have no hidden state, so that not every instance of a class is asked. */
const harmless = new WeakSet();

/** What all typed arrays inherit from. No name leads to it, so it would be sought in every module of Node. */
const typedArrayPrototype = getPrototypeOf(Int8Array.prototype);

/** The name of the built-in class whose prototype this is; a global that Node makes at its first use is known by its constructor only. */
function builtinClass(prototype: object): string | undefined {
  if (prototype === typedArrayPrototype) return "TypedArray";
  const name = intrinsicName(prototype);
  if (name?.endsWith(".prototype") === true) return name.slice(0, -".prototype".length);
  const constructor: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof constructor !== "function" || isProxy(constructor)) return undefined;
  return getOwnPropertyDescriptor(constructor, "prototype")?.value === prototype
    ? intrinsicName(constructor)
    : undefined;
}

function refuse(reason: string): never {
  throw new Unsupported(reason);
}

function nameOf(constructor: object): string {
  const name: unknown = getOwnPropertyDescriptor(constructor, "name")?.value;
  return typeof name === "string" && name !== "" ? name : "class";
}

/** Whether a prototype is that of a class of a `node:` module. EventEmitter is an ordinary class that keeps all in properties. */
function isNodeClass(prototype: object): boolean {
  try {
    const found = prototypeReference(prototype);
    return found?.specifier?.startsWith("node:") === true && found.specifier !== "node:events";
  } catch (error) {
    if (error instanceof Unsupported) return false;
    throw error;
  }
}

const known = new WeakMap<object, "none" | "methods" | "fields">();

function privateMembers(constructor: object): "none" | "methods" | "fields" {
  let answer = known.get(constructor);
  if (answer === undefined) {
    answer = declaredPrivateMembers(functionToString(constructor));
    known.set(constructor, answer);
  }
  return answer;
}

/** What a class's source declares of `#private` members of its instances: fields (perhaps among others), methods only, or none. */
export function declaredPrivateMembers(source: string): "none" | "methods" | "fields" {
  if (!source.startsWith("class") || !source.includes("#")) return "none";
  // strings, templates and comments may hold a `#` too; they are blanked first
  const bare = source.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g,
    (text) => (text.startsWith("/") ? " " : '""'),
  );
  // a member begins after the one before it; in a method's body `#x` can only begin a statement as `#x in object`
  const member =
    /(?:^|[{};\n])\s*(?:async\s+|\*\s*|async\s*\*\s*|(get|set|accessor)\s+)?#[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?!\s*in\b)(\(?)/gu;
  let answer: "none" | "methods" | "fields" = "none";
  for (const [, accessor, parenthesis] of bare.matchAll(member)) {
    if (accessor !== undefined || parenthesis === "") return "fields";
    answer = "methods";
  }
  return answer;
}
