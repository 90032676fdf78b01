// What the program has registered: where a class, function, symbol or object is imported from.

import type { Reference } from "../representation.ts";

const registered = new Map<unknown, Reference>();
const called = new Set<string>();

/**
 * Says how a class, function, symbol or object is imported, so that archives refer to it and `open` may call it.
 *
 * @param target the thing itself
 * @param where `module`: the specifier as it shall stand in archives; `name`: the export's name, with dots for members (`Account.Kind`)
 * @throws TypeError when `target` is a primitive other than a symbol, or a field is missing
 */
export function register(target: object | symbol, where: { module: string; name: string }): void {
  if (
    (typeof target !== "object" || target === null) &&
    typeof target !== "function" &&
    typeof target !== "symbol"
  ) {
    throw new TypeError("register: only a class, function, object or symbol can be registered");
  }
  const { module, name } = where;
  if (typeof module !== "string" || module === "")
    throw new TypeError("register: `module` must be a specifier");
  if (typeof name !== "string" || name === "")
    throw new TypeError("register: `name` must be the name of an export");
  registered.set(target, { specifier: module, path: name.split(".") });
  called.add(`${module}\0${name}`);
}

export function registeredReference(target: unknown): Reference | undefined {
  return registered.get(target);
}

/** Whether this member of this module was registered, and may be called by an archive that is opened. */
export function isRegistered(specifier: string, name: string): boolean {
  return called.has(`${specifier}\0${name}`);
}
