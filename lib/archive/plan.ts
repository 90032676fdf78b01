// From items to a Plan: the one place where the options of an archive meet the graph.

import { arrange } from "../graph/arrange.ts";
import type { Plan } from "../graph/plan.ts";
import { survey } from "../graph/survey.ts";
import { Heritages } from "../represent/heritage.ts";
import { representationOf, representByRule } from "../represent/represent.ts";
import type { Rule } from "../represent/template.ts";
import { checkName } from "./names.ts";

/** A plain array of more numbers than this is stored as a typed array is. */
const NUMBERS = 1000;

export interface PlanOptions {
  /** Arrays with more elements than this are stored outside of the text. */
  readonly arrayThreshold: number;
  readonly rules?: readonly Rule[] | undefined;
  readonly readable?: boolean | undefined;
  /** Whether the only item becomes the default export. */
  readonly single?: boolean | undefined;
  /** `live`: shared memory is read later, as other memory is; it is copied now when absent. */
  readonly sharedMemory?: "copied" | "live" | undefined;
}

/**
 * Takes the items as they are at this moment.
 * @throws TypeError when `items` is not an object, or `single` is given for more or less than one
 */
export function planItems(items: Readonly<Record<string, unknown>>, options: PlanOptions): Plan {
  if (typeof items !== "object" || items === null)
    throw new TypeError("items must be an object from names to values");
  const names = Object.keys(items);
  for (const name of names) checkName(name);
  const single = options.single === true;
  if (single && names.length !== 1)
    throw new TypeError(`single: true takes exactly one item, not ${names.length}`);
  const roots = names.map((name) => items[name]);
  const heritages = new Heritages();
  const { rules = [] } = options;
  const graph = survey(
    single ? ["default"] : names,
    roots,
    (value) => representationOf(value, rules, heritages),
    Math.max(options.arrayThreshold, NUMBERS),
    rules.length === 0 ? undefined : (value) => representByRule(value, rules),
  );
  return arrange(graph, options);
}
