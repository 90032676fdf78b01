// What an archive may import when it is opened, and what of it may be called: only what the caller allowed.

import { createRequire } from "node:module";
import { join } from "node:path";
import { PersistError } from "../errors.ts";
import { isRegistered } from "../represent/reference/registry.ts";
import { represent } from "../represent/template.ts";
import type { TrustOptions } from "./options.ts";

export interface Trust {
  resolveImport(specifier: string, place: { line: number; column: number }): Record<string, unknown>;
  mayCall(specifier: string, name: string, value: unknown): boolean;
}

/** The rules that the options give. `file` is named in errors. */
export function trustOf(options: TrustOptions, file: string | undefined): Trust {
  const { modules = {}, trust = [], calls = {} } = options;
  return {
    resolveImport(specifier, place) {
      const details = { ...place, ...(file === undefined ? {} : { file }) };
      if (Object.hasOwn(modules, specifier)) return modules[specifier] as Record<string, unknown>;
      if (trust.includes(specifier)) return fromProgram(specifier, details);
      throw new PersistError(
        "PERSIST_UNTRUSTED_IMPORT",
        `the archive imports ${JSON.stringify(specifier)}; allow it with modules: { ${JSON.stringify(specifier)}: await import(…) }` +
          (specifier.startsWith(".") ? "" : ` or trust: [${JSON.stringify(specifier)}]`),
        details,
      );
    },
    mayCall(specifier, name, value) {
      if (isRegistered(specifier, name)) return true;
      if (Object.hasOwn(calls, specifier) && calls[specifier]!.includes(name)) return true;
      return saysHowItIsWritten(value);
    },
  };
}

/** Whether a class has a `[represent]` of its own or inherited, and so expects to be called by archives. */
function saysHowItIsWritten(value: unknown): boolean {
  if (typeof value !== "function") return false;
  let holder: unknown = Object.getOwnPropertyDescriptor(value, "prototype")?.value;
  for (; typeof holder === "object" && holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, represent)) return true;
  }
  return false;
}

/** Resolved as the running program would: from its entry script, or from the working directory. Never from the archive. */
function fromProgram(specifier: string, details: object): Record<string, unknown> {
  const from = process.argv[1] ?? join(process.cwd(), "_");
  try {
    return toNamespace(createRequire(from)(specifier));
  } catch (cause) {
    throw new PersistError(
      "PERSIST_MODULE_NOT_FOUND",
      `${JSON.stringify(specifier)} cannot be loaded from ${from}: ${(cause as Error).message}`,
      { cause, ...details },
    );
  }
}

/** The exports of a CommonJS module are the default export of its namespace. */
function toNamespace(exports: unknown): Record<string, unknown> {
  if (Object.prototype.toString.call(exports) === "[object Module]")
    return exports as Record<string, unknown>;
  const named = typeof exports === "object" && exports !== null ? (exports as Record<string, unknown>) : {};
  return { __proto__: null, ...named, default: exports };
}
