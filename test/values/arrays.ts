// Arrays: holes, lengths, extra properties, attributes, prototypes.
import { importFromProject } from "../support/project.ts";
import { define, family, give } from "./case.ts";
import type { Kept } from "./case.ts";

const { Vector, HostileArray } = await importFromProject("./exotic.mjs");

function withLength(length: number, elements: Record<number, unknown> = {}): unknown[] {
  const list: unknown[] = [];
  for (const [index, value] of Object.entries(elements)) list[Number(index)] = value;
  list.length = length;
  return list;
}

export const arrays: Kept[] = [
  ...family("array", {
    empty: () => [],
    nested: () => [[], [[]], [[], [1]]],
    numbers: () => [0, -0, 1.5, NaN, -Infinity, 1e300],
    "numbers, 150": () => Array.from({ length: 150 }, (_, i) => i / 7),
    "numbers, 10^4": () => Array.from({ length: 10_000 }, (_, i) => Math.sqrt(i)),
    "numbers, 10^4, with -0 and NaN": () =>
      Array.from({ length: 10_000 }, (_, i) => (i % 3 === 0 ? -0 : i % 5 === 0 ? NaN : i)),
    "integers, 10^5": () => Array.from({ length: 100_000 }, (_, i) => i),
    "numbers, the same twice": () => {
      const list = Array.from({ length: 500 }, (_, i) => i);
      return { a: list, b: list };
    },
    mixed: () => [null, undefined, true, "a", 1n, Symbol.iterator, {}, []],
    "70,000 objects": () => Array.from({ length: 70_000 }, (_, i) => ({ i })),
    "70,000 Dates": () => Array.from({ length: 70_000 }, (_, i) => new Date(i)),
    "hole first": () => [, 1],
    "hole in the middle": () => [1, , 2],
    "hole last": () => withLength(2, { 0: 1 }),
    "holes only": () => new Array<unknown>(5),
    "one hole": () => [,],
    "holes beside undefined": () => [undefined, , undefined, ,],
    "holes among objects": () => [{ a: 1 }, , [, 1]],
    "many holes": () => withLength(500, { 100: "a", 400: { b: 1 } }),
    "holes in a long list of numbers": () =>
      withLength(2000, Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [i + 3, i]))),
    sparse: () => withLength(1_000_001, { 1_000_000: "far" }),
    "sparse, longest": () => withLength(4294967295, { 0: "a", 4294967294: { b: 1 } }),
    "sparse, longest and empty": () => withLength(4294967295),
    "sparse, containing itself": () => {
      const list = withLength(10_000_000);
      list[5_000_000] = list;
      return list;
    },
    "extra properties": () => give([1, 2], { note: "n", "-1": 1, "1.5": 2, "4294967295": 3 }),
    "own __proto__": () =>
      define([1], { ["__proto__"]: { value: 1, writable: true, enumerable: true, configurable: true } }),
    "symbol property": () => give([1], { [Symbol("s")]: 1, [Symbol.for("r")]: 2 }),
    "own map, push and iterator as data": () => give([1], { map: 1, push: 2, [Symbol.iterator]: 3 }),
    "like the result of a match": () => "a1b2".match(/(?<letter>[a-z])(?<digit>\d)/d),
    "like a template object": () => Object.freeze(define(["a"], { raw: { value: Object.freeze(["\\a"]) } })),
    "read-only length": () => define([1, 2], { length: { writable: false } }),
    "read-only length, empty": () => define([], { length: { writable: false } }),
    "read-only length, holes": () => define(withLength(3, { 1: 1 }), { length: { writable: false } }),
    "read-only length, containing itself": () => {
      const list: unknown[] = [1];
      list.push(list);
      return define(list, { length: { writable: false } });
    },
    "hidden element": () => define([1, 2, 3], { 1: { enumerable: false } }),
    "read-only element": () => define([1, 2, 3], { 1: { writable: false } }),
    "fixed element": () => define([1, 2, 3], { 1: { configurable: false } }),
    "fixed and read-only, an object": () => define([{}, {}], { 1: { configurable: false, writable: false } }),
    frozen: () => Object.freeze([1, [2], { a: 3 }]),
    "frozen, empty": () => Object.freeze([]),
    "frozen, with holes": () => Object.freeze([1, , 3]),
    "frozen, containing itself": () => {
      const list: unknown[] = [1];
      list.push(list, 2);
      return Object.freeze(list);
    },
    "frozen, 10^4 numbers": () => Object.freeze(Array.from({ length: 10_000 }, (_, i) => i)),
    sealed: () => Object.seal([1, , 2]),
    "not extensible": () => Object.preventExtensions([1, 2]),
    "sealed, empty": () => Object.seal([]),
    "not extensible, holes only": () => Object.preventExtensions([, ,]),
    "null prototype": () => Object.setPrototypeOf([1, 2], null) as object,
    "prototype of a plain object": () => Object.setPrototypeOf([1, 2], Object.prototype) as object,
    "data prototype": () =>
      Object.setPrototypeOf([1], Object.setPrototypeOf({ total: 1 }, Array.prototype) as object) as object,
    "containing itself": () => {
      const list: unknown[] = [];
      list.push(list, 1, list);
      return list;
    },
    "containing itself after holes": () => {
      const list: unknown[] = [, , 1];
      list[4] = list;
      return list;
    },
    "two containing each other": () => {
      const a: unknown[] = [1];
      const b: unknown[] = [a, 2];
      a.push(b);
      return [a, b];
    },
  }),
  ...family("array subclass", {
    "with elements": () => Vector.from([3, 4]) as object,
    "one number": () => Vector.of(7) as object,
    empty: () => new Vector() as object,
    "with holes and properties": () => give(new Vector(3) as object, { 1: "a", unit: "m" }),
    "10^4 numbers": () => Vector.from({ length: 10_000 }, (_: unknown, i: number) => i) as object,
    frozen: () => Object.freeze(Vector.of(1, 2)) as object,
    "not extensible, empty": () => Object.preventExtensions(new Vector()) as object,
    "containing itself": () => {
      const list = Vector.of(1) as unknown[];
      list[1] = list;
      return list;
    },
    "overriding everything": () => {
      const list = new HostileArray() as object;
      for (const [i, value] of [{ a: 1 }, 2].entries())
        Object.defineProperty(list, i, { value, writable: true, enumerable: true, configurable: true });
      return list;
    },
    "overriding everything, containing itself": () => {
      const list = new HostileArray() as object;
      return Object.defineProperty(list, 0, {
        value: list,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
  }),
];
