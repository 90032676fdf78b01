// Arranges a surveyed graph into a Plan: gives every node its operands, decides what gets a name, opens cycles, and puts bindings into
// dependency order.

import { PersistError } from "../errors.ts";
import { Builder, type BuildOptions } from "./builder.ts";
import { components } from "./components.ts";
import { deferParts, openComponent } from "./cycles.ts";
import { keyPathOf } from "./keypath.ts";
import { giveNames } from "./naming.ts";
import { childrenOf, isAlwaysInPlace, Node } from "./node.ts";
import type { Plan, Step } from "./plan.ts";
import type { Graph } from "./survey.ts";

/** A subtree with more levels than this is broken by names: V8's parser gives up at about 1,350. */
const DEPTH = 200;
/** So many levels of a deep subtree stand in one expression: it fits in a line or two. */
const LEVELS_AT_ONCE = 3;
/** Exports need declarations of their own. */
const EXPORTS = 100_000;

/** Makes the plan of a graph. Everything is copied from the caller's objects but the memory of arrays. */
export function arrange(graph: Graph, options: BuildOptions): Plan {
  if (graph.roots.length > EXPORTS) {
    throw new PersistError(
      "PERSIST_LIMIT",
      `an archive holds at most ${EXPORTS} items, not ${graph.roots.length}`,
    );
  }
  const built = new Builder(graph, options);
  const nodes = built.nodes;
  const component = components(graph);
  const steps: Step[] = built.first().map((node) => ({ op: "bind", node }));
  const named = new Set<Node>();
  for (const root of graph.roots) {
    const node = built.nodeOf(root);
    if (node !== undefined && !isAlwaysInPlace(node)) named.add(node);
  }
  for (const node of nodes) {
    if (node !== undefined && built.uses[node.index]! > 1 && !isAlwaysInPlace(node)) named.add(node);
  }
  for (const node of nodes) if (node !== undefined) nameForStatements(node, named);
  nameDeep(graph, nodes, named);

  const bind = (node: Node): void => {
    steps.push({ op: "bind", node });
    for (const key of node.absent ?? []) steps.push({ op: "delete", node, key });
  };
  // a component is written when the walk leaves its first node: all that it needs has been written by then
  const membersOf = groupMembers(graph, nodes, component);
  leaveInOrder(graph, nodes, (node) => {
    const members = membersOf.get(node.index);
    if (members === undefined) {
      if (named.has(node) && (component === null || component[node.index] === node.index)) bind(node);
      return;
    }
    const opening = openComponent(members, graph.ends);
    if ("closed" in opening) {
      const keyPath = keyPathOf(graph, opening.closed.index);
      throw new PersistError(
        "PERSIST_UNSUPPORTED_VALUE",
        `${keyPath} is part of a cycle in which every member needs the others to be made first`,
        { keyPath },
      );
    }
    const { shells, others, nameAll } = opening;
    const patches = deferParts([...shells, ...others]);
    for (const shell of shells) {
      named.add(shell);
      bind(shell);
    }
    for (const other of others) {
      if (nameAll && !isAlwaysInPlace(other)) named.add(other);
      if (named.has(other)) bind(other);
    }
    steps.push(...patches);
  });

  const { imports, table, exports } = giveNames(graph, built, steps);
  return { imports, steps, arrays: built.arrays, exports, table, hasBlocks: built.hasBlocks };
}

/** Names what a statement of its own refers to, and the symbols of keys that are written more than once. */
function nameForStatements(node: Node, named: Set<Node>): void {
  if (node.absent !== undefined && node.absent.length > 0) named.add(node);
  for (const key of node.keys) if (key instanceof Node && !isAlwaysInPlace(key)) named.add(key);
}

/** Names nodes on paths of more than DEPTH levels, so that no expression is deeply nested. */
function nameDeep(graph: Graph, nodes: readonly (Node | undefined)[], named: Set<Node>): void {
  const { count, parents } = graph;
  const depths = new Int32Array(count);
  const heights = new Int32Array(count);
  const inPlace = new Int32Array(count); // levels up to the next name
  for (let i = 1; i < count; i++) depths[i] = depths[parents[i]!]! + 1;
  for (let i = count - 1; i > 0; i--) {
    const node = nodes[i];
    if (node === undefined) continue;
    if (depths[i]! + heights[i]! > DEPTH && inPlace[i]! >= LEVELS_AT_ONCE) named.add(node);
    const parent = parents[i]!;
    heights[parent] = Math.max(heights[parent]!, heights[i]! + 1);
    inPlace[parent] = Math.max(inPlace[parent]!, named.has(node) ? 0 : inPlace[i]! + 1);
  }
}

/** The members of each component with a cycle, by its first node; components of one node without a cycle are left out. */
function groupMembers(
  graph: Graph,
  nodes: readonly (Node | undefined)[],
  component: Int32Array | null,
): Map<number, Node[]> {
  const members = new Map<number, Node[]>();
  if (component === null) return members;
  for (let i = 1; i < graph.count; i++) {
    const node = nodes[i];
    if (node === undefined || isAlwaysInPlace(node)) continue;
    const first = component[i]!;
    const list = members.get(first);
    if (list === undefined) members.set(first, [node]);
    else list.push(node);
  }
  for (const [first, [node, ...more]] of members) {
    if (more.length === 0 && ![...childrenOf(node!)].includes(node!)) members.delete(first);
  }
  return members;
}

/** Calls `leave` for each node after all of its subtree. */
function leaveInOrder(graph: Graph, nodes: readonly (Node | undefined)[], leave: (node: Node) => void): void {
  const path: Node[] = [];
  for (const node of nodes) {
    if (node === undefined) continue;
    while (path.length > 0 && graph.ends[path.at(-1)!.index]! <= node.index) leave(path.pop()!);
    path.push(node);
  }
  while (path.length > 0) leave(path.pop()!);
}
