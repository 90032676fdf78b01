// The safe reader: the text of an archive to its values, without running any of it. The grammar is docs/format.md.

import { Budget } from "./limits.ts";
import { Module } from "./module.ts";
import { byteLength, indexOf } from "./natives.ts";
import type { InterpretOptions } from "./options.ts";
import { Origins } from "./origins.ts";
import { Reader } from "./reader.ts";
import { Scope } from "./scope.ts";
import { Source } from "./source.ts";
import { checkVersion } from "./version.ts";

export { defaultLimits, type Limits } from "./limits.ts";
export type { ArrayRow, InterpretOptions } from "./options.ts";
export type { Place } from "./source.ts";

/**
 * Reads the text of an archive's module and gives its exports, as `import` would give them, in an object without a prototype, in the text's order. No
 * code of the text is run, no accessor is called, and nothing is changed but what the text makes itself.
 *
 * @throws PersistError PERSIST_SYNTAX for what is not JavaScript, PERSIST_UNTRUSTED_CODE for what is, but would run code,
 * PERSIST_UNTRUSTED_IMPORT for an import that the caller has not allowed, PERSIST_LIMIT, PERSIST_VERSION, PERSIST_NOT_FOUND; with
 * `line` and `column`.
 */
export function interpret(text: string, options: InterpretOptions = {}): Record<string, unknown> {
  if (typeof text !== "string") throw new TypeError("interpret: text must be a string");
  const source = new Source(text, options.file);
  const budget = new Budget(source, options.limits);
  const most = budget.limits.text_bytes;
  if (text.length > most || (text.length > most / 3 && byteLength(text) > most)) {
    source.fail("PERSIST_LIMIT", `found a text of more than ${most} bytes, the limit \`text_bytes\``, 0);
  }
  checkVersion(text, options.file);
  if (indexOf(text, "#!") === 0)
    source.fail("PERSIST_UNTRUSTED_CODE", "found the first line of a program", 0);
  const reader = new Reader(source, budget, new Origins(source), new Scope(source), options);
  return new Module(reader).read(options.only);
}
