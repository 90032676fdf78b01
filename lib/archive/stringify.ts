// Items as the text of a module, every array inside it.

import { relative, sep } from "node:path";
import { emitModule } from "../emit/javascript.ts";
import type { Plan } from "../graph/plan.ts";
import type { StringifyOptions } from "./options.ts";
import { planItems } from "./plan.ts";

/**
 * The text of an ES module whose exports are the items, with every array inside it. The same graph gives the same text.
 *
 * @param items from names to values of any kind that can be kept
 * @param options see {@link StringifyOptions}; modules of yours that no package reaches are imported relative to the working directory
 * @throws PersistError PERSIST_UNSUPPORTED_VALUE with the key path of a value that cannot be kept; PERSIST_INVALID_NAME
 */
export function stringify(items: Readonly<Record<string, unknown>>, options: StringifyOptions = {}): string {
  const plan = planItems(items, { arrayThreshold: Infinity, rules: options.rules, single: options.single });
  return planText(plan);
}

export function planText(plan: Plan): string {
  let text = "";
  for (const chunk of emitModule(plan, { specifierOf: (file) => relativeSpecifier(process.cwd(), file) })) {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
  }
  return text;
}

/** How a module in `directory` imports a file: `./x.js`, `../lib/x.js`. */
export function relativeSpecifier(directory: string, file: string): string {
  const path = relative(directory, file).split(sep).map(encodeURIComponent).join("/");
  return path.startsWith("../") ? path : `./${path}`;
}
