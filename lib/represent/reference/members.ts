// Finds values among a module's exports and their members. No getter is called but those of a CommonJS module's exports, which compilers write for
// what a module passes on. (Those of Node's own modules warn of what is deprecated.)

import { getOwnPropertyDescriptor, isModuleNamespaceObject, isProxy, ownKeys } from "../primordials.ts";

/** `Account.Kind.Default` is as deep as a reference goes. */
const DEPTH = 3;

/** The shortest member path from `exports` to `target`, found breadth first; `[]` for the exports themselves, undefined when there is none. */
export function findMember(exports: unknown, target: unknown, isBuiltin = false): string[] | undefined {
  if (exports === target) return [];
  let found: string[] | undefined;
  const visit = (value: unknown, path: string[]): boolean => {
    if (value === target) found = path;
    return found !== undefined;
  };
  visitMembers(exports, visit, isBuiltin);
  return found;
}

/** Visits what is exported and its members, breadth first, until `visit` gives true. */
export function visitMembers(
  exports: unknown,
  visit: (value: unknown, path: string[]) => boolean,
  isBuiltin = false,
): void {
  let level: { holder: object; path: string[] }[] = [];
  if (isHolder(exports)) level.push({ holder: exports, path: [] });
  const seen = new Set<object>();
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const next: { holder: object; path: string[] }[] = [];
    for (const { holder, path } of level) {
      if (seen.has(holder)) continue;
      seen.add(holder);
      for (const key of ownKeys(holder)) {
        if (typeof key !== "string" || key === "module.exports" || (depth > 0 && key === "constructor"))
          continue;
        const value = read(holder, key, depth === 0 && !isBuiltin);
        const here = [...path, key];
        if (visit(value, here)) return;
        if (isHolder(value)) next.push({ holder: value, path: here });
      }
    }
    level = next;
  }
}

function isHolder(value: unknown): value is object {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && !isProxy(value);
}

/** A data property, or an export; one that is still uninitialized counts as absent. */
function read(holder: object, key: string, isExport: boolean): unknown {
  try {
    if (isModuleNamespaceObject(holder)) return (holder as Record<string, unknown>)[key];
    const descriptor = getOwnPropertyDescriptor(holder, key);
    return isExport && descriptor?.get !== undefined
      ? (holder as Record<string, unknown>)[key]
      : descriptor?.value;
  } catch {
    return undefined;
  }
}
