// Whether a package's `exports` reach a thing, and by which bare specifier; read from package.json files, nothing is guessed.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { findMember } from "./members.ts";

interface Package {
  readonly directory: string;
  readonly name: string;
  /** The bare specifiers that can reach a module: the package itself and its subpaths without patterns. */
  readonly specifiers: readonly string[];
  readonly hasExports: boolean;
}

const packages = new Map<string, Package | undefined>();

/** The nearest package with a name above a file. */
function packageOf(file: string): Package | undefined {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    if (packages.has(directory)) return packages.get(directory);
    const manifest = join(directory, "package.json");
    if (existsSync(manifest)) {
      const found = readPackage(directory, manifest);
      packages.set(directory, found);
      return found;
    }
    if (directory === dirname(directory)) return undefined;
  }
}

function readPackage(directory: string, manifest: string): Package | undefined {
  let data: { name?: unknown; exports?: unknown };
  try {
    data = JSON.parse(readFileSync(manifest, "utf8")) as typeof data;
  } catch {
    return undefined;
  }
  const { name, exports } = data;
  if (typeof name !== "string" || name === "") return undefined;
  const specifiers = [name];
  if (typeof exports === "object" && exports !== null && !Array.isArray(exports)) {
    for (const key of Object.keys(exports)) {
      if (key.startsWith("./") && !key.includes("*") && key !== "./package.json")
        specifiers.push(name + key.slice(1));
    }
  }
  return { directory, name, specifiers, hasExports: exports !== undefined && exports !== null };
}

/**
 * The bare specifier and member path by which a program beside the file's package reaches `target`; undefined when the package
 * does not export it, or is not installed in a `node_modules`: a package can name itself only from inside, and an archive in package form, which
 * has a package.json of its own, is never inside (docs/decisions/0004-no-self-reference.md).
 */
export function bareReference(
  file: string,
  target: unknown,
): { specifier: string; path: string[] } | undefined {
  const found = packageOf(file);
  if (found === undefined) return undefined;
  if (!found.directory.includes(`${sep}node_modules${sep}`)) return undefined;
  const require = createRequire(join(found.directory, "package.json"));
  for (const specifier of candidates(found, file)) {
    let exports: unknown;
    try {
      // a package without `exports` cannot name itself: its entry is reached through its directory
      exports = require(
        found.hasExports ? specifier : join(found.directory, specifier.slice(found.name.length)),
      );
    } catch {
      continue;
    }
    const path = findMember(exports, target);
    if (path !== undefined) return { specifier, path: asImported(exports, path) };
  }
  return undefined;
}

function candidates(found: Package, file: string): readonly string[] {
  if (found.hasExports) return found.specifiers;
  const inside = file.slice(found.directory.length).split(sep).join("/");
  return [...found.specifiers, found.name + inside];
}

/** A CommonJS module's exports are the default import of an ES module. */
export function asImported(exports: unknown, path: string[]): string[] {
  return isNamespace(exports) ? path : ["default", ...path];
}

function isNamespace(exports: unknown): boolean {
  return (
    Object.prototype.toString.call(exports) === "[object Module]" && Object.getPrototypeOf(exports) === null
  );
}
