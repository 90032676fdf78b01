// A tree of plain data, as programs keep it: every node an object of 3 to 6 mixed properties, nested 10 deep.
import { random } from "./random.mjs";

const depth = 10;
const words = [
  "alpha",
  "beta",
  "gamma",
  "delta",
  "spin",
  "lattice",
  "run",
  "probe",
  "left edge",
  "Ω = 2π",
  'a "quoted" word',
];

/**
 * @param {number} nodes how many objects there are in all
 * @returns {object} the root
 */
export function makeTree(nodes) {
  const next = random(1);
  let made = 0;
  const make = (level) => {
    const node = { id: made++ };
    if (next() < 0.8) node.name = `${words[Math.floor(next() * words.length)]} ${made % 1000}`;
    node.value = next() < 0.5 ? Math.round(next() * 1000) : Math.round(next() * 1e6) / 1e3;
    if (next() < 0.5) node.active = next() < 0.5;
    node.tags = Array.from({ length: Math.floor(next() * 4) }, () =>
      next() < 0.5 ? Math.floor(next() * 100) : words[Math.floor(next() * words.length)],
    );
    if (level < depth) node.children = [];
    return node;
  };
  // Each level is wider than the last by the same factor, so that the tree has `depth` levels below its root.
  const factor = widening(nodes);
  const root = make(0);
  let parents = [root];
  for (let level = 1; level <= depth; level++) {
    const count = level === depth ? nodes - made : Math.min(Math.round(factor ** level), nodes - made);
    const children = Array.from({ length: count }, () => make(level));
    for (const [i, child] of children.entries())
      parents[Math.floor((i * parents.length) / count)].children.push(child);
    parents = children;
  }
  return root;
}

/** The factor f with 1 + f + f² + … + f^depth = nodes. */
function widening(nodes) {
  let [low, high] = [1, nodes];
  for (let round = 0; round < 200; round++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (let level = 0; level <= depth; level++) sum += middle ** level;
    if (sum < nodes) low = middle;
    else high = middle;
  }
  return low;
}

/** How many objects a tree has; arrays do not count. Throws when it is no tree of ours. */
export function countTree(root) {
  let count = 0;
  for (const stack = [root]; stack.length > 0;) {
    const { id, value, tags, children = [] } = stack.pop();
    if (typeof id !== "number" || typeof value !== "number" || !Array.isArray(tags))
      throw new Error("not the tree that was saved");
    count++;
    stack.push(...children);
  }
  return count;
}

/** For drivers: throws when what was read is not the whole tree. */
export function expectTree(root, nodes) {
  const count = countTree(root);
  if (count !== nodes) throw new Error(`${count} nodes were read instead of ${nodes}`);
}
