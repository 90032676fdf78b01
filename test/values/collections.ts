// Map and Set.
import { importFromProject } from "../support/project.ts";
import { family, give } from "./case.ts";
import type { Kept } from "./case.ts";

const { LabelledMap, HostileMap, TagSet, HostileSet, CountedMap } = await importFromProject("./exotic.mjs");
const put = (map: unknown, ...entries: [unknown, unknown][]): object => {
  for (const [key, value] of entries) Map.prototype.set.call(map as Map<unknown, unknown>, key, value);
  return map as object;
};
const add = (set: unknown, ...values: unknown[]): object => {
  for (const value of values) Set.prototype.add.call(set as Set<unknown>, value);
  return set as object;
};
const oddKeys = [undefined, null, true, 0, NaN, "", "0", 1n, 1, "\ud800", Symbol.iterator, Infinity];

export const collections: Kept[] = [
  ...family("Map", {
    empty: () => new Map(),
    "text keys": () =>
      new Map([
        ["b", 1],
        ["a", 2],
        ["__proto__", 3],
      ]),
    "keys of every primitive kind": () => new Map(oddKeys.map((key, i) => [key, i])),
    "values of every primitive kind": () => new Map([...oddKeys, -0].map((value, i) => [i, value])),
    "object keys": () =>
      new Map<unknown, unknown>([
        [{ a: 1 }, 1],
        [[1], 2],
        [new Map(), 3],
      ]),
    "one object as keys and values": () => {
      const o = { n: 1 };
      return new Map<unknown, unknown>([
        [o, o],
        ["o", o],
        [{ o }, [o]],
      ]);
    },
    "order after a change": () => {
      const map = new Map([
        ["a", 1],
        ["b", 2],
      ]);
      map.delete("a");
      return map.set("c", 3).set("a", 4).set("b", 5);
    },
    "containing itself as value": () => {
      const map = new Map<unknown, unknown>();
      return map.set("self", map).set("after", 1);
    },
    "containing itself as key": () => {
      const map = new Map<unknown, unknown>([["before", 0]]);
      return map.set(map, "self").set("after", 1);
    },
    "containing itself as both": () => {
      const map = new Map<unknown, unknown>();
      return map.set(map, map);
    },
    "key that holds the Map": () => {
      const map = new Map<unknown, unknown>();
      const key = Object.freeze({ map });
      return map.set(1, 1).set(key, { key }).set([key], 2);
    },
    "two, each the other's key": () => {
      const a = new Map<unknown, unknown>();
      const b = new Map<unknown, unknown>([[a, "a"]]);
      a.set(b, "b");
      return { a, b };
    },
    nested: () => new Map([["m", new Map([["m", new Map([["m", 1]])]])]]),
    properties: () => give(new Map([[1, 2]]), { note: "n", size: 7, set: 1, [Symbol.toStringTag]: "X" }),
    frozen: () => Object.freeze(new Map([[1, { a: 1 }]])),
    "frozen, containing itself": () => {
      const map = new Map<unknown, unknown>();
      map.set("self", map).set(map, 1);
      return Object.freeze(map);
    },
    "sealed, with properties": () => Object.seal(give(new Map(), { a: 1 })),
    "null prototype": () => Object.setPrototypeOf(new Map([[1, 2]]), null) as object,
    "plain prototype": () => Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype) as object,
    "Set's prototype": () => Object.setPrototypeOf(new Map([[1, 2]]), Set.prototype) as object,
    "data prototype": () =>
      Object.setPrototypeOf(
        new Map([[1, 2]]),
        Object.setPrototypeOf({ a: 1 }, Map.prototype) as object,
      ) as object,
    "10^5 entries": () => new Map(Array.from({ length: 100_000 }, (_, i) => [i, String(i)])),
    "1000 Maps": () => Array.from({ length: 1000 }, (_, i) => new Map([[i, new Set([i])]])),
  }),
  ...family("Map subclass", {
    "constructor that needs arguments": () => put(new LabelledMap("l"), ["a", 1]),
    "overriding everything": () => put(new HostileMap(), ["a", { n: 1 }], ["b", 2]),
    "overriding everything, containing itself": () => {
      const map: unknown = new HostileMap();
      return put(map, ["self", map], [map, 1]);
    },
    "two levels": () => put(new CountedMap(), [1, 2]),
    frozen: () => Object.freeze(put(new LabelledMap("l"), [{ k: 1 }, 1])),
  }),
  ...family("Set", {
    empty: () => new Set(),
    "of every primitive kind": () => new Set(oddKeys),
    "of objects": () => new Set<unknown>([{ a: 1 }, { a: 1 }, [1]]),
    "order after a change": () => {
      const set = new Set([1, 2, 3]);
      set.delete(1);
      return set.add(1);
    },
    "containing itself": () => {
      const set = new Set<unknown>([1]);
      return set.add(set).add(2);
    },
    "element that holds the Set": () => {
      const set = new Set<unknown>();
      return set.add({ set }).add([set]);
    },
    "shared elements": () => {
      const o = {};
      return [new Set([o]), new Set([o, [o]]), o];
    },
    properties: () => give(new Set([1]), { add: 1, has: 2, size: 3 }),
    frozen: () => Object.freeze(new Set([1, {}])),
    "frozen, containing itself": () => {
      const set = new Set<unknown>();
      return Object.freeze(set.add(set));
    },
    "null prototype": () => Object.setPrototypeOf(new Set([1]), null) as object,
    "10^5 elements": () => new Set(Array.from({ length: 100_000 }, (_, i) => i * 3)),
  }),
  ...family("Set subclass", {
    "with a field": () => add(new TagSet(), 1, 2),
    "overriding everything": () => add(new HostileSet(), { a: 1 }, 2),
    "overriding everything, containing itself": () => {
      const set: unknown = new HostileSet();
      return add(set, 1, set);
    },
  }),
];
