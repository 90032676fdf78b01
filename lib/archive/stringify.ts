// Items as the text of a module, every array inside it.

import type { StringifyOptions } from "./options.ts";
import { planItems } from "./plan.ts";
import { relativeSpecifier } from "./specifier.ts";
import { textOf } from "./text.ts";

/**
 * The text of an ES module whose exports are the items, with every array inside it. The same graph gives the same text.
 *
 * @param items from names to values of any kind that can be kept
 * @param options see {@link StringifyOptions}; modules of yours that no package reaches are imported relative to the working directory
 * @throws PersistError PERSIST_UNSUPPORTED_VALUE with the key path of a value that cannot be kept; PERSIST_INVALID_NAME
 */
export function stringify(items: Readonly<Record<string, unknown>>, options: StringifyOptions = {}): string {
  const plan = planItems(items, { ...options, arrayThreshold: Infinity });
  return textOf(plan, (file) => relativeSpecifier(process.cwd(), file));
}
