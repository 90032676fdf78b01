// Which nodes are pure: plain data that reaches nothing but plain data. Only these can be written as JSON text.

import type { Graph } from "./survey.ts";

/** 1 for each node that is not plain, or reaches one that is not. Takes time in proportion to the graph. */
export function impureNodes(graph: Graph): Uint8Array {
  const { count, parents, edgeSources, edgeTargets } = graph;
  const impure = graph.special.slice();
  for (let node = count - 1; node > 0; node--) if (impure[node] === 1) impure[parents[node]!] = 1;
  if (edgeSources.length === 0) return impure;

  // the edges by their targets, so that impurity can be carried back along them
  const starts = new Int32Array(count + 1);
  for (const target of edgeTargets) starts[target + 1]!++;
  for (let node = 0; node < count; node++) starts[node + 1]! += starts[node]!;
  const next = starts.slice(0, count);
  const sources = new Int32Array(edgeSources.length);
  for (let e = 0; e < edgeTargets.length; e++) sources[next[edgeTargets[e]!]!++] = edgeSources[e]!;

  const pending: number[] = [];
  for (const target of graph.shared.values()) if (impure[target] === 1) pending.push(target);
  while (pending.length > 0) {
    const target = pending.pop()!;
    for (let e = starts[target]!; e < starts[target + 1]!; e++) {
      for (let node = sources[e]!; impure[node] === 0; node = parents[node]!) {
        impure[node] = 1;
        if (starts[node + 1]! > starts[node]!) pending.push(node);
      }
    }
  }
  return impure;
}
