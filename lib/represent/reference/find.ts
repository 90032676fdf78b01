// Finds how a class, function, symbol or prototype object is imported, without the user's help: registration first, then globals and
// built-in modules, the CommonJS cache, and the loaded ES modules, which the in-process inspector points to.

import { builtinModules, createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { intrinsicName, lateName } from "../../intrinsics.ts";
import { functionToString, getOwnPropertyDescriptor, isProxy } from "../primordials.ts";
import type { Reference } from "../representation.ts";
import { Unsupported } from "../unsupported.ts";
import { exportedReference } from "./exported.ts";
import { inspectFunction, type FunctionFacts } from "../inspector.ts";
import { findMember } from "./members.ts";
import { asImported, bareReference } from "./packages.ts";
import { registeredReference } from "./registry.ts";

const require = createRequire(import.meta.url);
const found = new WeakMap<object, Reference>();

/** The reference of a function or class, or what a bound function binds. Throws Unsupported when no module exports it. */
export function findFunction(f: object): Reference | NonNullable<FunctionFacts["bound"]> {
  const known = registeredReference(f) ?? found.get(f);
  if (known !== undefined) return known;
  const global = intrinsicName(f);
  if (global !== undefined) return { path: global.split(".") };
  const { url, bound } = inspectFunction(f);
  if (bound !== undefined) return bound;
  const reference = locate(f, url);
  found.set(f, reference);
  return reference;
}

function functionReference(f: object): Reference {
  const reference = findFunction(f);
  return "path" in reference
    ? reference
    : refuse(`${describe(f)} is a bound function, which cannot be referred to`);
}

/** The reference of a prototype object: `X.prototype` of what can be referred to, or a registered object; undefined for plain data. */
export function prototypeReference(prototype: object): Reference | undefined {
  if (isProxy(prototype)) return undefined;
  const known = registeredReference(prototype);
  if (known !== undefined) return known;
  if (prototype === globalThis) return { path: ["globalThis"] };
  const global = intrinsicName(prototype);
  if (global !== undefined) return { path: global.split(".") };
  const constructor: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof constructor !== "function" || isProxy(constructor)) return undefined;
  if (getOwnPropertyDescriptor(constructor, "prototype")?.value !== prototype) return undefined;
  const { specifier, file, path } = functionReference(constructor);
  return { specifier, file, path: [...path, "prototype"] };
}

/** The reference of an object that is kept as code and not as data: an object of methods, or one that another inherits from, which a module exports. */
export function objectReference(object: object): Reference | undefined {
  const reference = found.get(object) ?? exportedReference(object);
  if (reference !== undefined) found.set(object, reference);
  return reference;
}

/** The reference of an object that is already known to be kept by reference. */
export function knownReference(object: object): Reference | undefined {
  return found.get(object);
}

function locate(f: object, url: string | undefined): Reference {
  const name = describe(f);
  if (url === undefined || url === "") {
    return (
      builtinReference(f) ??
      refuse(
        isOfAnotherRealm(f)
          ? `${name} is that of another realm (a vm context); what is plain data there can be had here by structuredClone()`
          : `${name} is a function that no module exports; only functions that can be imported are kept`,
      )
    );
  }
  if (url.startsWith("node:")) {
    const global = lateName(f);
    if (global !== undefined) return { path: global.split(".") };
    return builtinReference(f) ?? refuse(`${name} is internal to Node and cannot be imported`);
  }
  if (!url.startsWith("file:") && !url.startsWith("/")) {
    return refuse(
      `${name} comes from ${url}, which an archive cannot import; move it to a module or register() it`,
    );
  }
  const file = url.startsWith("file:") ? fileURLToPath(url) : url;
  if (isEntry(file)) {
    return refuse(
      `${name} is defined in the program's entry script, which importing would run again; move it to a module or register() it`,
    );
  }
  return bareReference(file, f) ?? fileReference(file, f, name);
}

function refuse(reason: string): never {
  throw new Unsupported(reason);
}

function describe(f: object): string {
  const name: unknown = getOwnPropertyDescriptor(f, "name")?.value;
  return typeof name === "string" && name !== "" ? `\`${name}\`` : "an anonymous function";
}

/** Whether a function that is not built in here seems to be so in another context of the same process. */
function isOfAnotherRealm(f: object): boolean {
  const name: unknown = getOwnPropertyDescriptor(f, "name")?.value;
  if (typeof name !== "string" || !functionToString(f).endsWith("{ [native code] }")) return false;
  const namesake: unknown = getOwnPropertyDescriptor(globalThis, name)?.value;
  return typeof namesake === "function" && namesake !== f;
}

function isEntry(file: string): boolean {
  const entry = process.argv[1];
  if (entry === undefined) return false;
  try {
    return file === entry || file === require.resolve(entry);
  } catch {
    return false;
  }
}

/** The module's own exports; a module that is loaded answers from the cache, whether it is CommonJS or ESM. */
function fileReference(file: string, f: object, name: string): Reference {
  let exports: unknown;
  try {
    exports = require(file);
  } catch (error) {
    const code = (error as { code?: string }).code;
    const why =
      code === "ERR_REQUIRE_ASYNC_MODULE"
        ? "has top-level await"
        : code === "ERR_REQUIRE_CYCLE_MODULE"
          ? "is still being evaluated"
          : "cannot be loaded again";
    return refuse(
      `${name} is defined in a module that ${why} (${pathToFileURL(file).href}); move it to a module of its own or register() it`,
    );
  }
  const path = findMember(exports, f);
  if (path === undefined) {
    return refuse(
      `${name} is not exported by the module that defines it (${pathToFileURL(file).href}); export it or register() it`,
    );
  }
  return { file, path: asImported(exports, path) };
}

/** Modules of Node that are not loaded to look into them: loading them warns, or changes the process. */
const NOT_LOADED: ReadonlySet<string> = new Set([
  "inspector",
  "punycode",
  "repl",
  "sys",
  "trace_events",
  "wasi",
]);

function builtinReference(f: object): Reference | undefined {
  for (const id of builtinModules) {
    if (id.startsWith("_") || NOT_LOADED.has(id)) continue;
    let exports: unknown;
    try {
      exports = require(`node:${id}`);
    } catch {
      continue;
    }
    const path = findMember(exports, f, true);
    if (path !== undefined) return { specifier: `node:${id}`, path: path.length === 0 ? ["default"] : path };
  }
  return undefined;
}
