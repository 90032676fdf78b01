// Which rules of representation a value reaches: the kinds of node that it is taken apart into.
import { Heritages } from "#dist/represent/heritage.js";
import { representationOf } from "#dist/represent/represent.js";
import { survey } from "#dist/graph/survey.js";
import { inProject } from "./directions.ts";

/** Adds the kinds of all nodes of a value that are no plain data, and how each is created: `map by call`. */
export function addRules(value: unknown, rules: Set<string>): void {
  const heritages = new Heritages();
  inProject(() =>
    survey(["value"], [value], (node) => {
      const representation = representationOf(node, [], heritages);
      rules.add(`${representation.kind} by ${representation.create.form}`);
      return representation;
    }),
  );
}
