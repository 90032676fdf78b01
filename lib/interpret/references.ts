// What a chain of names stands for before it is known whether it is read, called or assigned to.

import { isBuiltin } from "node:module";
import { intrinsicRoot } from "../intrinsics.ts";
import { PAREN } from "./frames.ts";
import { readMember, showKey } from "./members.ts";
import { isReserved } from "./names.ts";
import { apply, charCodeAt, describe, hasOwn, isObject, isProxy } from "./natives.ts";
import type { Reader } from "./reader.ts";
import { IMPORT as IMPORTED, VALUE, type Binding } from "./scope.ts";
import { Source } from "./source.ts";
import { END, Tokens } from "./tokens.ts";

/** A member of a value, not read yet. */
export const MEMBER = 0;
/** A global or a member of one. */
export const GLOBAL = 1;
/** An import or a member of one. */
export const IMPORT = 2;
/** A helper or the array loader. */
export const HELPER = 3;

/** The value of `Map.prototype.set.call` and the like, which are of use in calls only. */
const NONE = Symbol("none");

export interface Reference {
  readonly kind: typeof MEMBER | typeof GLOBAL | typeof IMPORT | typeof HELPER;
  readonly at: number;
  /** MEMBER: the object; GLOBAL, IMPORT: the value. */
  readonly value: unknown;
  /** MEMBER: the property. */
  readonly key: PropertyKey;
  /** GLOBAL: the dotted path. IMPORT: that of the export in its module. */
  readonly path: string;
  /** IMPORT: the specifier. */
  readonly specifier: string;
  /** IMPORT: the object whose member `value` is. */
  readonly base: unknown;
  /** HELPER: which one. */
  readonly helper: Binding["kind"] | undefined;
}

/** Looks a name up: sets the reader's value, or its reference where the name may be more than a value. */
export function lookUp(reader: Reader, name: string, at: number): void {
  const { scope } = reader;
  reader.reference = undefined;
  let binding = scope.get(name);
  if (binding === undefined) {
    if (name === "undefined" || name === "NaN" || name === "Infinity") {
      scope.useGlobal(name);
      reader.value = name === "NaN" ? NaN : name === "Infinity" ? Infinity : undefined;
      return;
    }
    const root = name === "globalThis" ? { value: globalThis } : intrinsicRoot(name);
    if (root !== undefined) {
      scope.useGlobal(name);
      reader.reference = global(at, root.value, name);
      return;
    }
    binding = scope.find(name);
    if (binding === undefined) return unknownName(reader, name, at);
  }
  if (binding.kind === VALUE) {
    reader.value = binding.value;
    return;
  }
  const { value, specifier } = binding;
  reader.reference =
    binding.kind === IMPORTED
      ? {
          kind: IMPORT,
          at,
          value,
          key: "",
          path: binding.name,
          specifier,
          base: undefined,
          helper: undefined,
        }
      : { kind: HELPER, at, value, key: "", path: "", specifier: "", base: undefined, helper: binding.kind };
}

function global(at: number, value: unknown, path: string): Reference {
  return { kind: GLOBAL, at, value, key: "", path, specifier: "", base: undefined, helper: undefined };
}

function unknownName(reader: Reader, name: string, at: number): never {
  const source: Source = reader.source;
  if (isReserved(name)) source.unexpected("a name", at);
  const c = source.skip();
  if (c === 0x28 || c === 0x60) source.refuse(`a call of \`${name}\``, at);
  if (c === 0x3d && charCodeAt(source.text, source.pos + 1) === 0x3e) source.refuse("a function", at);
  if (isParameter(reader)) source.refuse("a function", reader.frame!.at);
  if (name === "async") source.refuse("an async function", at);
  if (describe(globalThis, name) !== undefined) source.refuse(`the global \`${name}\``, at);
  return source.fail("PERSIST_SYNTAX", `the name \`${name}\` is not defined here`, at);
}

/** Whether the name just read stands in parentheses that `=>` follows. */
function isParameter(reader: Reader): boolean {
  if (reader.frame?.kind !== PAREN) return false;
  const source = new Source(reader.source.text);
  source.pos = reader.source.pos;
  const tokens = new Tokens(source);
  for (let depth = 1; depth > 0;) {
    if (tokens.next() === END) return false;
    if (tokens.is("(")) depth++;
    else if (tokens.is(")")) depth--;
  }
  tokens.next();
  return tokens.is("=>");
}

/** Goes from the reader's value or reference to its member `key`. */
export function select(reader: Reader, key: PropertyKey, at: number): void {
  const source: Source = reader.source;
  const { reference } = reader;
  if (reference?.kind === GLOBAL) {
    if (reference.path === "globalThis") {
      if (typeof key !== "string") source.refuse("a member of `globalThis`", at);
      const root = intrinsicRoot(key);
      if (root === undefined) source.refuse(`the global \`${key}\``, at);
      reader.reference = global(reference.at, root.value, key);
      return;
    }
    reader.reference = global(
      reference.at,
      readGlobal(reference.value, key),
      `${reference.path}.${String(key)}`,
    );
  } else if (reference?.kind === IMPORT) {
    const { value, path, specifier } = reference;
    const name = path === "" ? String(key) : `${path}.${String(key)}`;
    reader.reference = {
      ...reference,
      value: readImport(reader, value, key, specifier, at, path === "" || path === "default"),
      path: name,
      base: value,
    };
  } else {
    settle(reader);
    reader.reference = {
      kind: MEMBER,
      at,
      value: reader.value,
      key,
      path: "",
      specifier: "",
      base: undefined,
      helper: undefined,
    };
  }
}

function readGlobal(holder: unknown, key: PropertyKey): unknown {
  if (!isObject(holder) || isProxy(holder)) return NONE;
  const descriptor = describe(holder, key);
  return descriptor !== undefined && hasOwn(descriptor, "value") ? descriptor.value : NONE;
}

/**
 * An own data property of what was imported, or of the namespace itself. An export of a CommonJS module may be behind a getter, as compilers write
 * them; it is read as `import` reads it.
 */
export function readImport(
  reader: Reader,
  holder: unknown,
  key: PropertyKey,
  specifier: string,
  at: number,
  isExports: boolean,
): unknown {
  const source: Source = reader.source;
  if (!isObject(holder)) source.refuse(`the member ${showKey(key)} of an import that is no object`, at);
  if (isProxy(holder)) source.refuse("a member of a proxy", at);
  const descriptor = describe(holder, key);
  if (descriptor === undefined) source.fail("PERSIST_NOT_FOUND", `"${specifier}" has no ${showKey(key)}`, at);
  if (hasOwn(descriptor, "value")) return descriptor.value;
  if (!isExports || descriptor.get === undefined || descriptor.enumerable !== true) {
    source.refuse(`the accessor ${showKey(key)} of "${specifier}"`, at);
  }
  const value: unknown = apply(descriptor.get, holder, []);
  reader.expectChanges();
  return value;
}

/** Reads what the reference stands for into the reader's value. */
export function settle(reader: Reader): void {
  const source: Source = reader.source;
  const { reference, origins } = reader;
  if (reference === undefined) return;
  reader.reference = undefined;
  switch (reference.kind) {
    case MEMBER:
      reader.value = readMember(reader, reference.value, reference.key, reference.at);
      return;
    case GLOBAL:
      if (reference.value === NONE) source.refuse(`the value of \`${reference.path}\``, reference.at);
      reader.value = origins.mark(reference.value, "intrinsic", reference.at);
      return;
    case IMPORT:
      reader.value = origins.mark(
        reference.value,
        isBuiltin(reference.specifier) ? "builtin" : "import",
        reference.at,
      );
      return;
    default:
      source.refuse("a helper function that is not called", reference.at);
  }
}
