// Finds a value among a module's exports and their members, without calling a getter.

import { getOwnPropertyDescriptor, isModuleNamespaceObject, isProxy, ownKeys } from "../primordials.ts";

/** `Account.Kind.Default` is as deep as a reference goes. */
const DEPTH = 3;

/** The shortest member path from `exports` to `target`, found breadth first; undefined when there is none. */
export function findMember(exports: unknown, target: unknown): string[] | undefined {
  let level: { holder: object; path: string[] }[] = [];
  if (isHolder(exports)) level.push({ holder: exports, path: [] });
  const seen = new Set<object>();
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const next: { holder: object; path: string[] }[] = [];
    for (const { holder, path } of level) {
      if (seen.has(holder)) continue;
      seen.add(holder);
      for (const key of ownKeys(holder)) {
        if (typeof key !== "string" || (depth > 0 && key === "constructor") || key === "module.exports") continue;
        const value = read(holder, key);
        if (value === target) return [...path, key];
        if (isHolder(value)) next.push({ holder: value, path: [...path, key] });
      }
    }
    level = next;
  }
  return undefined;
}

function isHolder(value: unknown): value is object {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && !isProxy(value);
}

/** An own data property, or an export of a namespace; one that is still uninitialized counts as absent. */
function read(holder: object, key: string): unknown {
  try {
    if (isModuleNamespaceObject(holder)) return (holder as Record<string, unknown>)[key];
    return getOwnPropertyDescriptor(holder, key)?.value;
  } catch {
    return undefined;
  }
}
