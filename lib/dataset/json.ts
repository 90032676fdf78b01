// Info as JSON text and back: what JSON can hold, and every bit of it. Nothing of the caller's objects is called, and nothing recurses.

import { types } from "node:util";
import { PersistError } from "../errors.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Deeper data would overflow the stack of other programs that read the journal. */
const DEEPEST = 500;

interface Frame {
  readonly value: object;
  /** undefined for an array */
  readonly keys: readonly string[] | undefined;
  readonly count: number;
  at: number;
}

/**
 * The JSON text of a value, in one line.
 * @param root how key paths begin in errors
 * @throws PersistError PERSIST_UNSUPPORTED_VALUE for what JSON cannot hold, with its key path; PERSIST_LIMIT below 500 levels
 */
export function toJson(value: unknown, root: string): string {
  let text = "";
  const stack: Frame[] = [];
  const onPath = new Set<object>();
  let next: unknown = value;
  for (;;) {
    if (typeof next === "object" && next !== null) {
      if (stack.length >= DEEPEST)
        throw new PersistError("PERSIST_LIMIT", `${pathOf(root, stack)} is more than ${DEEPEST} levels deep`);
      const frame = open(next, onPath, root, stack);
      onPath.add(next);
      stack.push(frame);
      text += frame.keys === undefined ? "[" : "{";
    } else {
      text += primitive(next, root, stack);
    }
    for (;;) {
      const frame = stack.at(-1);
      if (frame === undefined) return text;
      if (frame.at < frame.count) {
        const key = frame.keys?.[frame.at];
        if (frame.at > 0) text += ",";
        if (key !== undefined) text += `${JSON.stringify(key)}:`;
        next = (frame.value as Record<string, unknown>)[key ?? frame.at];
        frame.at++;
        break;
      }
      text += frame.keys === undefined ? "]" : "}";
      onPath.delete(frame.value);
      stack.pop();
    }
  }
}

function open(value: object, onPath: ReadonlySet<object>, root: string, stack: readonly Frame[]): Frame {
  if (types.isProxy(value)) return refuse("a proxy", root, stack);
  if (onPath.has(value)) return refuse("an object that contains itself", root, stack);
  const prototype = Object.getPrototypeOf(value) as unknown;
  const isList = Array.isArray(value);
  if (isList ? prototype !== Array.prototype : prototype !== Object.prototype && prototype !== null)
    return refuse("an object that is not plain", root, stack);
  const keys = Reflect.ownKeys(value);
  if (isList) keys.pop(); // length, the last of an array that has elements only
  if (
    isList &&
    (keys.length !== value.length || (keys.length > 0 && keys.at(-1) !== String(keys.length - 1)))
  )
    return refuse("an array with holes or other properties", root, stack);
  for (const key of keys) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key)!;
    if (typeof key === "symbol" || !("value" in descriptor) || !descriptor.enumerable)
      return refuse(`a property ${String(key)} that is not plain data`, root, stack);
  }
  return { value, keys: isList ? undefined : (keys as string[]), count: keys.length, at: 0 };
}

function primitive(value: unknown, root: string, stack: readonly Frame[]): string {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) return refuse(String(value), root, stack);
      return Object.is(value, -0) ? "-0" : String(value);
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "object":
      return "null";
    default:
      return refuse(`a value of type ${typeof value}`, root, stack);
  }
}

function refuse(what: string, root: string, stack: readonly Frame[]): never {
  const keyPath = pathOf(root, stack);
  throw new PersistError(
    "PERSIST_UNSUPPORTED_VALUE",
    `${keyPath} is ${what}; info is what JSON can hold, and the rest belongs in the item`,
    { keyPath },
  );
}

/** Where the value stands that is being looked at: the last key of each frame has been passed. */
function pathOf(root: string, stack: readonly Frame[]): string {
  return (
    root +
    stack
      .map(({ keys, at }) => (keys === undefined ? `[${at - 1}]` : `.${keys[at - 1]}`))
      .slice(-12)
      .join("")
  );
}

/**
 * Parses JSON text in which no key stands twice in an object.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  checkKeys(text);
  return value;
}

/** Looks at nothing but strings, commas and brackets: the text is known to be JSON. */
function checkKeys(text: string): void {
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  const objects: (Set<string> | undefined)[] = [];
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [found, colon] = token;
    if (found === "{") objects.push(new Set());
    else if (found === "[") objects.push(undefined);
    else if (found === "}" || found === "]") objects.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(found.slice(0, -colon.length)) as string;
      const keys = objects.at(-1)!;
      if (keys.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key)} stands twice in an object`);
      keys.add(key);
    }
  }
}

/** What is known of an item of which nothing was said. */
export const NO_INFO: Json = Object.freeze({});

/**
 * Info as it is at this moment, and nobody else's.
 * @throws PersistError as {@link toJson}
 */
export function toInfo(info: unknown): Json {
  if (info === NO_INFO) return NO_INFO;
  return freeze(JSON.parse(toJson(info, "info")) as Json);
}

/** Freezes a value of JSON with all that hangs below it, and gives it back. */
export function freeze<T extends Json>(value: T): T {
  const stack: Json[] = [value];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next !== "object" || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const child of Object.values(next)) stack.push(child);
  }
  return value;
}
