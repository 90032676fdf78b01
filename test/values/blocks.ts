// Graphs so large that they are written in bulk, each with something odd in the midst of plain data.
import { family } from "./case.ts";
import type { Kept } from "./case.ts";
import { strings } from "./primitives.ts";

type Row = Record<string, unknown>;

/** A plain tree of about 100 kB in which row 500 is changed by `change`. */
function tree(change: (row: Row, rows: Row[]) => void, count = 1000): unknown {
  const rows = Array.from({ length: count }, (_, id): Row => ({
    id,
    name: `row ${id}`,
    x: id / 7,
    on: id % 2 === 0,
    tags: ["a", id],
  }));
  change(rows[count >> 1]!, rows);
  return { title: "rows", rows };
}

const put = (row: Row, key: PropertyKey, value: unknown): void => {
  Object.defineProperty(row, key, { value, writable: true, enumerable: true, configurable: true });
};

const oddValues: Record<string, () => unknown> = {
  undefined: () => undefined,
  "-0": () => -0,
  NaN: () => NaN,
  Infinity: () => -Infinity,
  BigInt: () => 7n,
  symbol: () => Symbol("s"),
  "registered symbol": () => Symbol.for("s"),
  Date: () => new Date(7),
  Map: () => new Map([[1, { a: 1 }]]),
  hole: () => [1, , 2],
  "null prototype": () => ({ __proto__: null, a: 1 }),
  frozen: () => Object.freeze({ a: 1 }),
  "hidden property": () => Object.defineProperty({}, "h", { value: 1 }),
  "typed array": () => new Float64Array([1]),
  mark: () => ({ $: 3 }),
  "mark of text": () => ({ $: "3" }),
  "every mark in use": () => ({ $: 1, $$: 2, $1: 3, $_: 4, ref: 5, "@": 6, "#": 7 }),
  "large number": () => 1e300,
  "number of 17 digits": () => 0.1 + 0.2,
  "a million digits of nesting": () => deep(3000),
};

function deep(depth: number): unknown {
  let value: unknown = 0;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

export const blocks: Kept[] = [
  { name: "block: plain", make: () => tree(() => {}) },
  ...Object.entries(oddValues).map(([name, value]) => ({
    name: `block: holds ${name}`,
    make: () => tree((row) => put(row, "odd", value())),
  })),
  ...Object.entries(strings).map(([name, value]) => ({
    name: `block: text ${name}`,
    make: () => tree((row) => put(row, "odd", value)),
  })),
  ...Object.entries(strings).map(([name, key]) => ({
    name: `block: key ${name}`,
    make: () => tree((row) => put(row, key, "v")),
  })),
  ...family("block", {
    "every text as value and key": () =>
      tree((row) => Object.values(strings).forEach((text) => put(row, text, text))),
    "shared rows": () =>
      tree((row, rows) => rows.forEach((other, i) => i % 3 === 0 && put(other, "shared", row))),
    "shared rows, and marks in the data": () =>
      tree((row, rows) =>
        rows.forEach((other, i) => put(other, i % 2 === 0 ? "$" : "shared", i % 3 === 0 ? row : { $: i })),
      ),
    "ring of rows": () =>
      tree((_, rows) => rows.forEach((row, i) => put(row, "next", rows[(i + 1) % rows.length]))),
    "binary graph, two parents a node": () => {
      const rows = Array.from({ length: 2000 }, (_, id): Row => ({ id, left: null, right: null }));
      rows.forEach((row, i) => {
        row["left"] = rows[2 * i + 1] ?? null;
        row["right"] = rows[2 * i + 2] ?? rows[i + 1] ?? null;
      });
      return rows[0];
    },
    "shared arrays": () => {
      const axis = [0, 0.5, 1];
      return tree((_, rows) => rows.forEach((row) => put(row, "axis", axis)));
    },
    "row that holds all rows": () => tree((row, rows) => put(row, "all", rows)),
    "one row shared with what is outside": () => {
      let held: unknown;
      const root = tree((row) => (held = row));
      return { root, held, map: new Map([[held, held]]) };
    },
    "Maps and Sets among rows": () =>
      tree((_, rows) =>
        rows.forEach((row, i) => i % 50 === 0 && put(row, "m", new Map([[row, new Set([row])]]))),
      ),
    "frozen rows": () => tree((_, rows) => rows.forEach(Object.freeze)),
    "two blocks that share": () => {
      const first = tree(() => {}) as { rows: Row[] };
      return [first, tree((row) => put(row, "other", first.rows[3]))];
    },
    "integer-like keys": () =>
      tree((row) => [7, 3, 4294967294, 4294967295].forEach((key) => put(row, key, key))),
    "own __proto__ shared": () => {
      const proto = { a: 1 };
      return tree((_, rows) => rows.forEach((row, i) => i % 100 === 0 && put(row, "__proto__", proto)));
    },
    "a table of numbers": () => Array.from({ length: 3000 }, (_, i) => [i, i / 3, -i]),
    "a text of 200 kB": () => ({ text: "line of text\n".repeat(15_000) }),
    "a dictionary of 5000 keys": () =>
      Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, { i }])),
    "numbers as text": () =>
      Array.from({ length: 3000 }, (_, i) => ({ n: String(i), e: `${i}e5`, x: 10 ** ((i % 600) - 300) })),
  }),
];
