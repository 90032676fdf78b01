// Symbols and objects that a loaded module exports, found among everything that is exported: unlike a function, they do not say where they were written.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Reference } from "../representation.ts";
import { loadedModules } from "../inspector.ts";
import { visitMembers } from "./members.ts";
import { asImported, bareReference } from "./packages.ts";

const require = createRequire(import.meta.url);

/** By value: the file and member path of its first export. */
let index = new Map<unknown, { readonly file: string; readonly path: string[] }>();
let indexed = new Set<string>();
let next_check_ms = -Infinity;

/** Modules that are loaded later are noticed after this time, or after so many times what looking for them took. */
const FRESH_MS = 1000;
const FRESH_RATIO = 50;

/** The reference of a symbol or object that a loaded module exports; undefined for all others. */
export function exportedReference(target: object | symbol): Reference | undefined {
  const start_ms = performance.now();
  if (start_ms > next_check_ms) {
    indexNewModules();
    const end_ms = performance.now();
    next_check_ms = end_ms + Math.max(FRESH_MS, FRESH_RATIO * (end_ms - start_ms));
  }
  const found = index.get(target);
  if (found === undefined) return undefined;
  const bare = bareReference(found.file, target);
  return bare ?? { file: found.file, path: found.path };
}

function indexNewModules(): void {
  const loaded = [
    ...Object.keys(require.cache),
    // a module with a query is another instance than its file's
    ...loadedModules()
      .filter((url) => !/[?#]/.test(url))
      .map((url) => fileURLToPath(url)),
  ];
  for (const file of loaded) {
    if (indexed.has(file) || file === process.argv[1]) continue;
    let exports: unknown;
    try {
      exports = require.cache[file] === undefined ? (require(file) as unknown) : require.cache[file].exports;
    } catch {
      // it has top-level await, or is still being evaluated: then it is looked at again
      continue;
    }
    indexed.add(file);
    visitMembers(exports, (value, path) => {
      if (((typeof value === "object" && value !== null) || typeof value === "symbol") && !index.has(value)) {
        index.set(value, { file, path: asImported(exports, path) });
      }
      return false;
    });
  }
}
