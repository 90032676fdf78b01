// How cycles are opened: which nodes of a cyclic component are made first, as shells to be completed by patches, and in which order the rest
// follows.

import { isBackEdge } from "./components.ts";
import { childrenOf, neededBy, Node } from "./node.ts";
import type { Step } from "./plan.ts";

/** How a cyclic component is written: shells first, then the others, each after what it needs, then the patches. */
export interface Opening {
  readonly shells: readonly Node[];
  readonly others: readonly Node[];
  /** Whether all of `others` need names, because their order is not that of the walk. */
  readonly nameAll: boolean;
}

/**
 * Opens a component. Where every edge back leads to a node that can be made empty, these are the shells, and the rest keeps the walk's
 * order. Else every node that can be made empty is a shell, and the rest is ordered by need.
 *
 * @param members the component's nodes in the order of the walk
 * @returns a node of a cycle that runs through calls only, and so cannot be opened, where there is one
 */
export function openComponent(
  members: readonly Node[],
  ends: Int32Array,
): Opening | { readonly closed: Node } {
  const inside = new Set(members);
  const isRigid = (node: Node): boolean =>
    neededBy(node).some((value) => value instanceof Node && inside.has(value));
  const targets = new Set<Node>();
  for (const node of members) {
    for (const child of childrenOf(node)) {
      if (inside.has(child) && isBackEdge(ends, node.index, child.index)) targets.add(child);
    }
  }
  if (![...targets].some(isRigid)) {
    return {
      shells: members.filter((node) => targets.has(node)),
      others: postOrder(members, ends).filter((node) => !targets.has(node)),
      nameAll: false,
    };
  }
  const rigid = new Set(members.filter(isRigid));
  const order = orderByNeed(rigid);
  if ("closed" in order) return order;
  return { shells: members.filter((node) => !rigid.has(node)), others: order.order, nameAll: true };
}

/**
 * Leaves out of each node what is not there yet when it is made, and gives the patches that add it when all are made.
 *
 * @param order the component's nodes in the order in which they are made
 */
export function deferParts(order: readonly Node[]): Step[] {
  const missing = new Set(order);
  const patches: Step[][] = [];
  for (const node of order) {
    patches.push(deferPartsOf(node, (value) => value instanceof Node && missing.has(value)));
    missing.delete(node);
  }
  // the innermost first, so that what is complete early is complete for those above it
  return patches.toReversed().flat();
}

function deferPartsOf(node: Node, waits: (value: unknown) => boolean): Step[] {
  const steps: Step[] = [];
  const prototype = waits(node.prototype);
  if (prototype) steps.push({ op: "prototype", node });
  const elements = new Set<number>();
  if (node.create.form === "array") {
    for (const [at, value] of node.create.elements.entries()) if (waits(value)) elements.add(at);
  }
  for (const at of elements) steps.push({ op: "element", node, at });
  const entries = node.entries ?? [];
  // entries keep their order, so that all after the first that waits wait too
  const step = node.kind === "map" ? 2 : 1;
  const first = entries.findIndex(waits);
  const entriesFrom = first === -1 ? entries.length : first - (first % step);
  for (let at = entriesFrom; at < entries.length; at += step) steps.push({ op: "entry", node, at });
  // a literal has placeholders; elsewhere properties keep their order, so that all after the first that waits wait too
  const values = new Set<number>();
  for (const [at, value] of node.values.entries()) {
    if (waits(value) || (values.size > 0 && node.create.form !== "object")) values.add(at);
  }
  for (const at of values) steps.push({ op: "value", node, at });
  if (steps.length > 0 && node.integrity !== "extensible") steps.push({ op: "integrity", node });
  if (steps.length > 0) node.deferred = { prototype, elements, entriesFrom, values };
  return steps;
}

/** The walk's order in which each node comes after its subtree. */
function postOrder(members: readonly Node[], ends: Int32Array): Node[] {
  const order: Node[] = [];
  const path: Node[] = [];
  for (const node of members) {
    while (path.length > 0 && ends[path.at(-1)!.index]! <= node.index) order.push(path.pop()!);
    path.push(node);
  }
  while (path.length > 0) order.push(path.pop()!);
  return order;
}

/** Depth-first order of nodes among themselves, each after those without which it cannot be made. */
function orderByNeed(nodes: ReadonlySet<Node>): { order: Node[] } | { closed: Node } {
  const state = new Map<Node, "open" | "done">();
  const order: Node[] = [];
  for (const start of nodes) {
    const stack = [start];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (state.has(node)) {
        stack.pop();
        if (state.get(node) === "open") order.push(node);
        state.set(node, "done");
        continue;
      }
      state.set(node, "open");
      for (const child of neededBy(node)) {
        if (!(child instanceof Node) || !nodes.has(child)) continue;
        if (state.get(child) === "open") return { closed: child };
        if (!state.has(child)) stack.push(child);
      }
    }
  }
  return { order };
}
