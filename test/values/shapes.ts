// Graphs of extreme shape: deep, large, with many names, and at the limits of V8's parser and beyond them.
import { importFromProject } from "../support/project.ts";

const { Grid } = await importFromProject("./classes.mjs");

type Row = Record<string, unknown>;

function chain(depth: number, wrap: (inner: unknown, level: number) => unknown): unknown {
  let value: unknown = { end: true };
  for (let level = 0; level < depth; level++) value = wrap(value, level);
  return value;
}

function instance(inner: unknown): object {
  return Object.assign(Object.create(Grid.prototype as object) as object, { n: inner, dx: 1 });
}

/** Every kind of holder in turn, so that no level is plain. */
function mixed(inner: unknown, level: number): unknown {
  if (level % 5 === 0) return new Map([[inner, level]]);
  if (level % 5 === 1) return new Set([inner]);
  if (level % 5 === 2) return instance(inner);
  if (level % 5 === 3) return Object.freeze([inner]);
  return new Error("m", { cause: inner });
}

/** `count` objects that each need a name, since each stands in two places and none is plain. */
function named(count: number): unknown {
  const nodes = Array.from({ length: count }, (_, i) => new Map([["i", i]]));
  return { forwards: nodes, backwards: nodes.toReversed() };
}

/** A tree of `count` objects with numbers, texts, booleans and small arrays. */
function tree(count: number): unknown {
  const nodes = Array.from({ length: count }, (_, id): Row => ({
    id,
    name: `node ${id}`,
    x: id / 7,
    on: id % 2 === 0,
    tags: [id, "t"],
  }));
  nodes.forEach((node, i) => {
    node["children"] = nodes.slice(4 * i + 1, 4 * i + 5);
  });
  return nodes[0];
}

/** Shapes for which a process of its own is started, by every door. */
export const giants: Record<string, () => unknown> = {
  "a chain of 10^6 objects": () => chain(1e6, (inner) => ({ inner })),
  "a chain of 10^6 arrays": () => chain(1e6, (inner) => [inner]),
  "a chain of 10^6 Maps": () => chain(1e6, (inner) => new Map([["inner", inner]])),
  "a chain of 10^6 keys of Maps": () => chain(1e6, (inner) => new Map([[inner, 1]])),
  // V8 follows the whole chain whenever it is given another prototype, to look for a circle: that takes 50 s for 10^5
  "a chain of 10,000 prototypes": () => chain(10_000, (inner) => Object.create(inner as object) as object),
  "a chain of 2 x 10^5 mixed holders": () => chain(2e5, mixed),
  "a ring of 10^6 objects": () => {
    const first: Row = {};
    let last = first;
    for (let i = 1; i < 1e6; i++) last = (last["next"] = {}) as Row;
    last["next"] = first;
    return first;
  },
  "a tree of 2 x 10^5 objects": () => tree(2e5),
  "10^6 objects": () => Array.from({ length: 1e6 }, (_, i) => ({ i })),
  "10^6 objects, each shared": () => {
    const list = Array.from({ length: 1e6 }, (_, i) => ({ i }));
    return [list, list.toReversed()];
  },
  "10^5 names": () => named(1e5),
  "120,000 names, more than V8 declares": () => named(120_000),
  // V8 looks for the line of each error from the beginning of the module, where it is made to
  "a chain of 10^5 causes": () => chain(1e5, (cause, level) => new Error(`m${level}`, { cause })),
  "10^5 instances, each shared": () => {
    const list = Array.from({ length: 1e5 }, (_, i) => instance(i));
    return [list, list.toReversed()];
  },
};

const around = (limit: number): number[] => [limit - 1, limit, limit + 1];

const entries = (count: number): [number, number][] => Array.from({ length: count }, (_, i) => [i, -i]);

/** At V8's limits and around them, in one process. */
export const limits: Record<string, () => unknown> = {
  ...Object.fromEntries(
    [500, 501, ...around(1350), 10_000].flatMap((depth) => [
      [`${depth} levels of objects`, () => chain(depth, (inner) => ({ inner }))],
      [
        `${depth} levels of objects with a Map at the bottom`,
        () => ({ deep: chain(depth, (inner, level) => (level === 0 ? new Map([[1, inner]]) : { inner })) }),
      ],
      [`${depth} levels of arrays`, () => chain(depth, (inner) => [inner])],
      [`${depth} levels of instances`, () => chain(depth, instance)],
      [`${depth} levels of mixed holders`, () => chain(depth, mixed)],
      [`${depth} levels of frozen objects`, () => chain(depth, (inner) => Object.freeze({ inner }))],
      [`${depth} levels of causes`, () => chain(depth, (cause) => new Error("m", { cause }))],
    ]),
  ),
  ...Object.fromEntries(
    [65_535, 65_536].flatMap((count) => [
      [`${count} numbers`, () => Array.from({ length: count }, (_, i) => i)],
      [`${count} objects`, () => Array.from({ length: count }, () => ({}))],
      [`${count} entries of a Map`, () => new Map(entries(count))],
      [`${count} elements of a Set`, () => new Set(Array.from({ length: count }, (_, i) => `${i}`))],
      [
        `${count} elements of a subclass`,
        () => instance(Array.from({ length: count }, (_, i) => new Date(i))),
      ],
      [`${count} keys`, () => Object.fromEntries(entries(count).map(([i, n]) => [`k${i}`, n]))],
      [
        `${count} hidden keys`,
        () =>
          Object.defineProperties(
            {},
            Object.fromEntries(entries(count).map(([i, value]) => [`k${i}`, { value }])),
          ),
      ],
      [`${count} errors in one`, () => new AggregateError(Array.from({ length: count }, (_, i) => i))],
    ]),
  ),
  ...Object.fromEntries(
    [3400, 3401, 10_000].map((count) => [
      `${count} entries of a Map that hold the Map`,
      () => {
        const map = new Map<unknown, unknown>();
        for (let i = 0; i < count; i++) map.set({ map, i }, i);
        return map;
      },
    ]),
  ),
  ...Object.fromEntries([50_000, 50_001].map((count) => [`${count} names`, () => named(count)])),
};
