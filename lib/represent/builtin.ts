// Built-in objects that one call makes: dates, regular expressions, boxed primitives, errors, URLs.

import {
  bigintValueOf,
  booleanValueOf,
  dateGetTime,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isBigIntObject,
  isBooleanObject,
  isDate,
  isFrozen,
  isNativeError,
  isNumberObject,
  isRegExp,
  isStringObject,
  isSymbolObject,
  numberValueOf,
  regexpFlags,
  regexpSource,
  stringValueOf,
  symbolValueOf,
} from "./primordials.ts";
import { ownProperties, type Creation, type Representation } from "./representation.ts";

function call(callee: string, construct: boolean, ...args: unknown[]): Creation {
  return { form: "call", callee, construct, args };
}

function builtin(
  kind: string,
  object: object,
  usual: object,
  create: Creation,
  skip?: (key: PropertyKey) => boolean,
): Representation {
  const prototype = getPrototypeOf(object);
  return {
    kind,
    create,
    prototype: prototype === usual ? undefined : prototype,
    ...ownProperties(object, skip),
  };
}

/** The representation of a date, regular expression, boxed primitive or error; undefined for anything else. */
export function representBuiltin(object: object): Representation | undefined {
  if (isDate(object)) return builtin("date", object, Date.prototype, call("Date", true, dateGetTime(object)));
  if (isRegExp(object)) return representRegExp(object);
  if (isNativeError(object)) return representError(object as Error);
  if (isNumberObject(object)) {
    return builtin("boxed number", object, Number.prototype, call("Number", true, numberValueOf(object)));
  }
  if (isStringObject(object)) {
    const value = stringValueOf(object);
    const isOfText = (key: PropertyKey) =>
      key === "length" || (typeof key === "string" && /^\d+$/.test(key) && Number(key) < value.length);
    return builtin("boxed string", object, String.prototype, call("String", true, value), isOfText);
  }
  if (isBooleanObject(object)) {
    return builtin("boxed boolean", object, Boolean.prototype, call("Boolean", true, booleanValueOf(object)));
  }
  if (isBigIntObject(object)) {
    return builtin("boxed bigint", object, BigInt.prototype, call("Object", false, bigintValueOf(object)));
  }
  if (isSymbolObject(object)) {
    return builtin("boxed symbol", object, Symbol.prototype, call("Object", false, symbolValueOf(object)));
  }
  return undefined;
}

function representRegExp(object: object): Representation {
  const moved = getOwnPropertyDescriptor(object, "lastIndex")!;
  // freezing makes it read-only by itself
  const usual = Object.is(moved.value, 0) && (moved.writable === true || isFrozen(object));
  return builtin(
    "regexp",
    object,
    RegExp.prototype,
    call("RegExp", true, regexpSource(object), regexpFlags(object)),
    (key) => usual && key === "lastIndex",
  );
}

const errorPrototypes: ReadonlyMap<object | null, string> = new Map<object | null, string>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((constructor) => [
    constructor.prototype,
    constructor.name,
  ]),
);

/**
 * An error: its message and all own properties, `stack` among them. It is made by the nearest intrinsic of its family, so that the engine knows it for an
 * error; `AggregateError` is an `Error` with its prototype and `errors`.
 */
function representError(error: Error): Representation {
  const message = getOwnPropertyDescriptor(error, "message");
  const plainMessage =
    message !== undefined &&
    typeof message.value === "string" &&
    message.writable === true &&
    message.enumerable === false &&
    message.configurable === true;
  let usual: object = Error.prototype;
  for (let p = getPrototypeOf(error); p !== null; p = getPrototypeOf(p)) {
    if (errorPrototypes.has(p)) {
      usual = p;
      break;
    }
  }
  const create = call(errorPrototypes.get(usual)!, true, ...(plainMessage ? [message.value] : []));
  const representation = builtin("error", error, usual, create, (key) => plainMessage && key === "message");
  return getOwnPropertyDescriptor(error, "stack") === undefined
    ? { ...representation, absent: ["stack"] }
    : representation;
}
