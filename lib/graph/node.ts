// A node of the plan while it is being arranged: the plan's own fields, and the number that the survey gave it.

import type { Integrity } from "../represent/representation.ts";
import type { Deferred, Operand, PlanCreation, PlanNode } from "./plan.ts";

export class Node implements PlanNode {
  /** The survey's number. */
  readonly index: number;
  kind = "";
  create: PlanCreation = { form: "object" };
  prototype: Operand = undefined;
  entries: readonly Operand[] | undefined = undefined;
  keys: readonly (string | PlanNode)[] = [];
  values: readonly Operand[] = [];
  attributes: readonly number[] | undefined = undefined;
  integrity: Integrity = "extensible";
  absent: readonly string[] | undefined = undefined;
  name: string | undefined = undefined;
  deferred: Deferred | undefined = undefined;

  constructor(index: number) {
    this.index = index;
  }
}

/** What is as short as a name, and has no identity of its own to keep. */
export function isAlwaysInPlace({ create, kind }: Node): boolean {
  return create.form === "reference" || create.form === "row" || kind === "registered symbol";
}

/** The operands without which a node cannot be created at all. */
export function neededBy({ create }: Node): readonly unknown[] {
  switch (create.form) {
    case "call":
    case "helper":
      return create.args;
    case "member":
      return [create.of];
    case "template":
      return create.values;
    case "fields":
      return create.fields.map(([, value]) => value);
    case "row":
      return [create.table];
    default:
      return [];
  }
}

/** Every node that a node refers to, in the order of the text. */
export function* childrenOf(node: Node): Generator<Node> {
  for (const value of neededBy(node)) if (value instanceof Node) yield value;
  if (node.create.form === "members") {
    for (const member of node.create.members)
      if ("key" in member && member.value instanceof Node) yield member.value;
  }
  if (node.create.form === "array")
    for (const value of node.create.elements) if (value instanceof Node) yield value;
  if (node.prototype instanceof Node) yield node.prototype;
  if (node.entries !== undefined) for (const value of node.entries) if (value instanceof Node) yield value;
  for (let i = 0; i < node.keys.length; i++) {
    const key = node.keys[i];
    if (key instanceof Node) yield key;
    const value = node.values[i];
    if (value instanceof Node) yield value;
  }
}
