// Strongly connected components of a surveyed graph, by Tarjan's method on its lists: the survey was a depth-first walk, so that its tree, the
// order of its visits and its further edges are all that the method needs. No recursion.

import type { Graph } from "./survey.ts";

/** The component of each node, by the number of its first visited node; null for a graph without cycles. */
export function components(graph: Graph): Int32Array | null {
  if (!hasBackEdge(graph)) return null;
  const { count, ends, parents } = graph;
  const edges = edgesBySource(graph);
  const component = new Int32Array(count).fill(-1);
  const low = Int32Array.from(component, (_, node) => node);
  const path: number[] = [];
  const incomplete: number[] = [];
  for (let node = 0; node < count; node++) {
    while (path.length > 0 && ends[path.at(-1)!]! <= node) leave(path.pop()!);
    path.push(node);
    incomplete.push(node);
  }
  while (path.length > 0) leave(path.pop()!);
  return component;

  /** All below `node` has been visited: its component is complete, or it belongs to that of a node above. */
  function leave(node: number): void {
    for (let e = edges.starts[node]!; e < edges.starts[node + 1]!; e++) {
      const target = edges.targets[e]!;
      if (component[target] === -1 && target < low[node]!) low[node] = target;
    }
    if (low[node] === node) {
      let member: number;
      do {
        member = incomplete.pop()!;
        component[member] = node;
      } while (member !== node);
    } else if (low[node]! < low[parents[node]!]!) {
      low[parents[node]!] = low[node]!;
    }
  }
}

/** Whether an edge leads back to a node above its source, which it does in a graph with cycles and in no other. */
function hasBackEdge({ edgeSources, edgeTargets, ends }: Graph): boolean {
  for (let e = 0; e < edgeSources.length; e++) {
    if (isBackEdge(ends, edgeSources[e]!, edgeTargets[e]!)) return true;
  }
  return false;
}

/** Whether `target` is on the walk's path to `source`. */
export function isBackEdge(ends: Int32Array, source: number, target: number): boolean {
  return target <= source && source < ends[target]!;
}

/** The further edges, sorted by source: those of a node are `targets[starts[node]]` up to `starts[node + 1]`. */
function edgesBySource({ count, edgeSources, edgeTargets }: Graph): {
  starts: Int32Array;
  targets: Int32Array;
} {
  const starts = new Int32Array(count + 1);
  for (const source of edgeSources) starts[source + 1]!++;
  for (let node = 0; node < count; node++) starts[node + 1]! += starts[node]!;
  const next = starts.slice(0, count);
  const targets = new Int32Array(edgeTargets.length);
  for (let e = 0; e < edgeTargets.length; e++) targets[next[edgeSources[e]!]!++] = edgeTargets[e]!;
  return { starts, targets };
}
