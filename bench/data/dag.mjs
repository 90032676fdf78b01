// A graph in which everything is shared: layers of nodes, each with two children in the next layer and two parents in the
// one before.
import { random } from "./random.mjs";

const width = 1000;

/**
 * @param {number} nodes a multiple of 1000
 * @returns {object[]} the first layer
 */
export function makeDag(nodes) {
  const next = random(2);
  const layers = Array.from({ length: nodes / width }, (_, layer) =>
    Array.from({ length: width }, (__, i) => ({
      id: layer * width + i,
      weight: Math.round(next() * 1e4) / 1e2,
      left: null,
      right: null,
    })),
  );
  for (const [layer, parents] of layers.entries()) {
    const children = layers[layer + 1];
    if (children === undefined) break;
    for (const [i, parent] of parents.entries()) {
      parent.left = children[i];
      parent.right = children[(i + 1) % width];
    }
  }
  return layers[0];
}

/** For drivers: throws when what was read is not the whole graph, or lost its sharing. */
export function expectDag(roots, nodes) {
  const seen = new Set(roots);
  for (const node of seen) for (const child of [node.left, node.right]) if (child !== null) seen.add(child);
  if (seen.size !== nodes) throw new Error(`${seen.size} nodes were read instead of ${nodes}`);
}
