// Plain objects: prototypes, keys, attributes, integrity, sharing.
import { define, family } from "./case.ts";
import type { Kept } from "./case.ts";

const attributes = [false, true].flatMap((writable) =>
  [false, true].flatMap((enumerable) =>
    [false, true].map((configurable) => ({ writable, enumerable, configurable })),
  ),
);

function everyAttribute(value: () => unknown): object {
  return define(
    {},
    Object.fromEntries(attributes.map((flags, i) => [`p${i}`, { ...flags, value: value() }])),
  );
}

function own(object: object, key: PropertyKey, value: unknown): object {
  return Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

export const objects: Kept[] = [
  ...family("object", {
    empty: () => ({}),
    nested: () => ({ a: { b: { c: {} } } }),
    "undefined property": () => ({ a: undefined, b: null }),
    "key order": () => ({
      b: 1,
      a: 2,
      10: 3,
      9: 4,
      "-1": 5,
      "01": 6,
      "1.5": 7,
      "4294967295": 8,
      "4294967294": 9,
    }),
    "key order after a change": () => {
      const o: Record<string, number> = { a: 1, b: 2, c: 3 };
      delete o["a"];
      o["a"] = 4;
      return o;
    },
    "own __proto__": () => own({}, "__proto__", 1),
    "own __proto__, null": () => own({}, "__proto__", null),
    "own __proto__, object": () => own({ a: 1 }, "__proto__", { polluted: true }),
    "own __proto__, between": () => own(own({ a: 1 }, "__proto__", { x: 1 }), "b", 2),
    "own __proto__, null prototype": () => own(own(Object.create(null) as object, "__proto__", 1), "z", 2),
    "own __proto__, hidden": () => define({}, { ["__proto__"]: { value: { a: 1 } } }),
    "own __proto__, under a prototype": () =>
      own(Object.create({ inherited: 1 }) as object, "__proto__", [1]),
    "constructor and prototype": () => ({ constructor: { prototype: { polluted: true } }, prototype: null }),
    "names of Object.prototype": () => ({
      toString: 1,
      valueOf: 2,
      hasOwnProperty: 3,
      isPrototypeOf: 4,
      __defineGetter__: 5,
    }),
    "then, toJSON and length as data": () => ({ then: 1, toJSON: 2, length: 3, size: 4 }),
    "words of the syntax": () => ({
      get: 1,
      set: 2,
      async: 3,
      static: 4,
      await: 5,
      yield: 6,
      let: 7,
      of: 8,
      new: 9,
    }),
    "a likeness of a descriptor": () => ({ value: 1, writable: false, get: null, enumerable: true }),
    "a likeness of an array": () => ({ 0: "a", 1: "b", length: 2 }),
    "a likeness of a mark": () => ({ $: 17, list: [{ $: 0 }, { $: -1 }] }),
    "a likeness of a number array": () => ({ data: [1, 2, 3, 4], shape: [2, 2] }),
    "1000 keys": () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, i])),
    "1000 integer keys": () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i * 7919, i])),
    "one value at many keys": () => {
      const value = { v: 1 };
      return Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, value]));
    },
  }),
  ...family("prototype", {
    null: () => Object.create(null) as object,
    "null, with properties": () => Object.assign(Object.create(null) as object, { a: 1, toString: 2 }),
    "null, nested": () => ({ __proto__: null, a: { __proto__: null, b: [] } }),
    "data object": () => ({ __proto__: { a: 1 }, b: 2 }),
    "data object of two": () => {
      const shared = { unit: "m" };
      return [{ __proto__: shared, n: 1 }, { __proto__: shared, n: 2 }, shared];
    },
    "data object of null prototype": () => ({ __proto__: { __proto__: null, a: 1 }, b: 2 }),
    "chain of three": () => ({ __proto__: { __proto__: { __proto__: { d: 1 }, c: 2 }, b: 3 }, a: 4 }),
    "empty, with empty prototype": () => ({ __proto__: {} }),
    "frozen data object": () => ({ __proto__: Object.freeze({ a: 1 }), b: 2 }),
    "read-only property of the same name": () =>
      own(Object.create(Object.freeze({ a: 1 })) as object, "a", 2),
    "read-only property of the same name, in a cycle": () => {
      const o = Object.create(Object.freeze({ self: 1 })) as object;
      return own(o, "self", o);
    },
    "an array": () => ({ __proto__: [1, 2], a: 1 }),
    "a Map": () => ({ __proto__: new Map([[1, 2]]), a: 1 }),
    "a frozen Map": () => ({ __proto__: Object.freeze(new Map([[1, 2]])) }),
    "a Date": () => ({ __proto__: new Date(5) }),
    "a function": () => ({ __proto__: Math.sin, a: 1 }),
    Math: () => ({ __proto__: Math, a: 1 }),
    "Array.prototype": () => ({ __proto__: Array.prototype, 0: 1, length: 1 }),
    "Map.prototype": () => ({ __proto__: Map.prototype, a: 1 }),
    "RegExp.prototype": () => ({ __proto__: RegExp.prototype }),
    "Error.prototype": () => ({ __proto__: TypeError.prototype, message: "not an error" }),
    "Uint8Array.prototype": () => ({ __proto__: Uint8Array.prototype }),
    "Promise.prototype": () => ({ __proto__: Promise.prototype, a: 1 }),
    "URL.prototype": () => ({ __proto__: URL.prototype, a: 1 }),
    "Function.prototype": () => ({ __proto__: Function.prototype, a: 1 }),
    "Object.prototype as a value": () => [Object.prototype, { a: Object.prototype }],
    "its own holder": () => {
      const holder: Record<string, unknown> = {};
      holder["child"] = { __proto__: holder, n: 1 };
      return holder;
    },
    "shared with a frozen heir": () => {
      const shared = { a: 1 };
      return {
        heirs: [Object.freeze({ __proto__: shared, b: 2 }), Object.seal({ __proto__: shared })],
        shared,
      };
    },
    "a sparse array of an array": () => Object.setPrototypeOf([1, , 3], [7, 8, 9]) as object,
  }),
  ...family("attributes", {
    "every combination": () => everyAttribute(() => 1),
    "every combination, objects": () => everyAttribute(() => ({ n: 1 })),
    "every combination, cyclic": () => {
      const o = {};
      for (const [i, flags] of attributes.entries())
        Object.defineProperty(o, `p${i}`, { ...flags, value: o });
      return o;
    },
    "every combination, one value": () => {
      const value = [1];
      return everyAttribute(() => value);
    },
    "every combination, frozen": () => Object.freeze(everyAttribute(() => 1)),
    "every combination, not extensible": () => Object.preventExtensions(everyAttribute(() => ({}))),
    "hidden between shown": () => {
      const o = own({}, "a", 1);
      Object.defineProperty(o, "hidden", { value: 2, writable: true, configurable: true });
      return own(o, "b", 3);
    },
    "read-only symbol key": () => define({}, { [Symbol.for("s")]: { value: 1, enumerable: true } }),
    "hidden integer key": () => define({ 5: 1 }, { 3: { value: 2 }, a: { value: 3 } }),
    "hidden __proto__ and constructor": () =>
      define({}, { ["__proto__"]: { value: 1 }, constructor: { value: 2 } }),
    "hidden in an instance of a data prototype": () => Object.create({ p: 1 }, { h: { value: 1 } }) as object,
  }),
  ...family("integrity", {
    frozen: () => Object.freeze({ a: 1, b: { c: 1 } }),
    "frozen, empty": () => Object.freeze({}),
    "frozen, nested": () => Object.freeze({ a: Object.freeze([Object.freeze({})]) }),
    "frozen, null prototype": () => Object.freeze({ __proto__: null, a: 1 }),
    "frozen, symbol key": () => Object.freeze({ [Symbol("s")]: 1 }),
    "frozen, in a cycle": () => {
      const a: Record<string, unknown> = {};
      const b = Object.freeze({ a });
      a["b"] = b;
      return Object.freeze(a);
    },
    "frozen, containing itself": () => {
      const o: Record<string, unknown> = { n: 1 };
      o["self"] = o;
      o["last"] = 2;
      return Object.freeze(o);
    },
    sealed: () => Object.seal({ a: 1 }),
    "sealed, containing itself": () => {
      const o: Record<string, unknown> = {};
      o["self"] = o;
      return Object.seal(o);
    },
    "sealed with a read-only property": () =>
      Object.seal(define({ a: 1 }, { b: { value: 2, enumerable: true } })),
    "not extensible": () => Object.preventExtensions({ a: 1 }),
    "not extensible, empty": () => Object.preventExtensions({}),
    "not extensible, containing itself": () => {
      const o: Record<string, unknown> = {};
      o["self"] = o;
      return Object.preventExtensions(o);
    },
    "frozen and shared": () => {
      const o = Object.freeze({ a: 1 });
      return [o, o, { o }];
    },
  }),
  ...family("sharing", {
    "two siblings": () => {
      const o = { a: 1 };
      return [o, o];
    },
    diamond: () => {
      const bottom = { n: 1 };
      return { left: { bottom }, right: { bottom } };
    },
    "parent and child": () => {
      const inner = { n: 1 };
      return { inner, outer: { inner, deeper: [inner] } };
    },
    "empty arrays": () => {
      const list: unknown[] = [];
      return { a: list, b: list, c: [] };
    },
    "every level twice (2^60 paths)": () => {
      let o: unknown = { end: true };
      for (let i = 0; i < 60; i++) o = [o, o];
      return o;
    },
    "names that collide with globals": () => {
      const shared = [
        "Map",
        "Object",
        "undefined",
        "arrays",
        "load",
        "link",
        "bytes",
        "_",
        "JSON",
        "String",
        "Symbol",
      ].map((name) => [name, { name }] as const);
      return { first: Object.fromEntries(shared), second: Object.fromEntries(shared) };
    },
    "names that collide with each other": () => {
      const make = (n: number): object => ({ n });
      const [a, b, c] = [make(1), make(2), make(3)];
      return { "x y": [a, a], x_y: [b, b], "x-y": [c, c], x_y_1: a };
    },
    "a chain of 600 levels": () => chain(600),
    "a chain of 5000 levels": () => chain(5000),
    "a chain of 5000 levels, shared at every 100th": () => {
      const shared: unknown[] = [];
      let o: Record<string, unknown> = { end: 1 };
      for (let i = 0; i < 5000; i++) {
        o = { next: o };
        if (i % 100 === 0) shared.push(o);
      }
      return { o, shared };
    },
    "a ring of 1000": () => {
      const nodes = Array.from({ length: 1000 }, (_, id) => ({ id }) as Record<string, unknown>);
      nodes.forEach((node, i) => (node["next"] = nodes[(i + 1) % 1000]));
      return nodes[0];
    },
    "a doubly linked list of 1000": () => {
      const nodes = Array.from(
        { length: 1000 },
        (_, id) => ({ id, next: null, previous: null }) as Record<string, unknown>,
      );
      nodes.forEach((node, i) => {
        node["next"] = nodes[i + 1] ?? null;
        node["previous"] = nodes[i - 1] ?? null;
      });
      return { head: nodes[0], tail: nodes[999] };
    },
    "a complete graph of 30": () => {
      const nodes = Array.from({ length: 30 }, (_, id) => ({ id, all: [] as unknown[] }));
      for (const node of nodes) node.all.push(...nodes);
      return nodes;
    },
  }),
];

function chain(depth: number): unknown {
  let o: unknown = 1;
  for (let i = 0; i < depth; i++) o = { o };
  return o;
}
