import assert from "node:assert/strict";
import vm from "node:vm";
import { difference } from "./isomorphic.ts";
import type { Options } from "./isomorphic.ts";
import { mutationsOf, nodesOf } from "./mutations.ts";

class Point {
  x = 1;
  y = -0;
}
class Registry extends Map<unknown, unknown> {
  label = "registry";
}
const shared = (): object => {
  const inner = { n: 1 };
  return { first: inner, second: inner, third: { n: 1 } };
};
const buffer = (size: number, max?: number): ArrayBuffer =>
  Reflect.construct(ArrayBuffer, max === undefined ? [size] : [size, { maxByteLength: max }]) as ArrayBuffer;
const sharedBuffer = (size: number, max?: number): SharedArrayBuffer =>
  Reflect.construct(
    SharedArrayBuffer,
    max === undefined ? [size] : [size, { maxByteLength: max }],
  ) as SharedArrayBuffer;
function strictArguments(..._: unknown[]): object {
  return arguments;
}
function nan(payload: number): Float64Array {
  return new Float64Array(new BigUint64Array([0x7ff8000000000000n + BigInt(payload)]).buffer);
}

// Each makes the same graph, anew, at every call.
const fixtures: Record<string, () => unknown> = {
  "plain object": () => ({ a: 1, b: "text", c: null, d: undefined, e: 2n, f: true, 7: -0 }),
  array: () => [1, , NaN, [0, -0], "x"],
  "array with properties": () => Object.assign([1, 2], { note: "n", [Symbol.for("k")]: 1 }),
  "null prototype": () => ({ __proto__: null, a: { __proto__: null } }),
  "data prototype": () => ({ __proto__: { inherited: 1 }, own: 2 }),
  shared: shared,
  instance: () => [new Point(), new Point()],
  symbols: () => {
    const s = Symbol("s");
    return {
      [s]: 1,
      again: s,
      other: Symbol("s"),
      known: Symbol.iterator,
      registered: Symbol.for("r"),
      [Symbol("t")]: 2,
    };
  },
  "hidden and fixed properties": () =>
    Object.defineProperties(
      {},
      {
        hidden: { value: 1 },
        writable: { value: { n: 1 }, writable: true },
        shown: { value: 2, enumerable: true },
      },
    ),
  "frozen cycle": () => {
    const o: Record<string, unknown> = { list: [] as unknown[] };
    o["self"] = o;
    (o["list"] as unknown[]).push(o);
    return Object.freeze(o);
  },
  map: () => {
    const m = new Map<unknown, unknown>([
      [1, "one"],
      ["k", { v: 1 }],
    ]);
    return m.set(m, m).set({ m }, [m]);
  },
  "map subclass": () => new Registry().set({ k: 1 }, 2),
  set: () => {
    const s = new Set<unknown>([1, "1", { a: 1 }]);
    return s.add(s).add([s]);
  },
  dates: () => [new Date(0), new Date(NaN), Object.assign(new Date(1), { note: 1 })],
  "regular expressions": () => [/a[/]b/giu, Object.assign(/x/y, { lastIndex: 3 })],
  errors: () => [
    new TypeError("t", { cause: { deep: new Error("inner") } }),
    new AggregateError([new RangeError("r"), 1], "many"),
    Object.assign(new Error(), { code: "E_CODE" }),
  ],
  boxes: () => [
    Object(1),
    Object("two"),
    Object(3n),
    Object(true),
    Object(Symbol.for("s")),
    Object(Symbol("own")),
  ],
  url: () => {
    const url = new URL("https://example.com/a?b=1&c=2#d");
    return { url, linked: url.searchParams, alone: new URLSearchParams("b=1") };
  },
  "typed arrays": () => [
    new Float64Array([0, -0, NaN]),
    new Uint8Array([1, 2]),
    new BigInt64Array([1n]),
    new Uint8ClampedArray(2),
    Object.assign(new Int16Array(1), { note: 1 }),
    nan(5),
  ],
  "views of one buffer": () => {
    const b = buffer(16);
    return [new Uint8Array(b, 1, 3), new Float64Array(b), new DataView(b, 2), b];
  },
  "resizable buffers": () => {
    const b = buffer(8, 16);
    const s = sharedBuffer(8, 16);
    return [
      new Uint8Array(b),
      new Uint8Array(b, 0, 8),
      new DataView(b),
      new DataView(b, 0, 8),
      s,
      new Int8Array(s),
    ];
  },
  "shared array buffer": () => new Int32Array(sharedBuffer(8)),
  pooled: () => {
    const b = Buffer.from("pooled");
    return [b, b.subarray(2, 4), Buffer.from("other")];
  },
  arguments: () => strictArguments(1, { a: 1 }),
  bound: () => Math.max.bind({ receiver: 1 } as never, 1, { a: 2 } as never),
};

describe("difference", () => {
  let tried = 0;
  after(() => console.log(`      ${tried} mutations noticed`));
  for (const [name, make] of Object.entries(fixtures)) {
    it(`finds nothing between two of: ${name}`, () => {
      const value = make();
      assert.equal(difference(value, value), null);
      assert.equal(difference(make(), make()), null);
      assert.equal(difference([value, value], [make(), make()]) === null, false, "two for one shared");
    });
    it(`notices every single change of: ${name}`, () => {
      let count = 0;
      const node_count = nodesOf(make()).length;
      for (let n = 0; n < node_count; n++) {
        const mutation_count = mutationsOf(nodesOf(make())[n]!).length;
        for (let m = 0; m < mutation_count; m++) {
          const changed = make();
          const mutation = mutationsOf(nodesOf(changed)[n]!)[m]!;
          mutation.apply();
          const message = `${mutation.name} in node ${n}`;
          assert.equal(typeof difference(make(), changed), "string", message);
          assert.equal(typeof difference(changed, make()), "string", `${message}, the other way`);
          count++;
          tried++;
        }
      }
      assert.ok(count > 0 || name === "bound", "no mutation was tried");
    });
    it(`notices every edge turned to an equal object: ${name}`, () => {
      // Splitting a shared object, or joining two equal ones, leaves all contents alike.
      const edges = (root: unknown): [holder: object, key: PropertyKey, value: object][] =>
        nodesOf(root).flatMap((holder) =>
          (ArrayBuffer.isView(holder) ? [] : Reflect.ownKeys(holder)).flatMap((key) => {
            const { value, writable } = Object.getOwnPropertyDescriptor(holder, key)!;
            return writable && typeof value === "object" && value !== null
              ? [[holder, key, value] as [object, PropertyKey, object]]
              : [];
          }),
        );
      const edge_count = edges(make()).length;
      for (let from = 0; from < edge_count; from++)
        for (let to = 0; to < edge_count; to++) {
          const changed = make();
          const list = edges(changed);
          if (list[from]![2] === list[to]![2]) continue;
          (list[from]![0] as Record<PropertyKey, unknown>)[list[from]![1]] = list[to]![2];
          assert.equal(typeof difference(make(), changed), "string", `edge ${from} to ${to}`);
        }
    });
  }

  const unequal: Record<string, [a: unknown, b: unknown, options?: Options]> = {
    zeros: [0, -0],
    "undefined and null": [undefined, null],
    "number and its text": [1, "1"],
    "number and BigInt": [1, 1n],
    "hole and undefined": [[,], [undefined]],
    "array and its likeness": [[1], { 0: 1, length: 1, __proto__: Array.prototype }],
    "map and its likeness": [new Map(), { __proto__: Map.prototype }],
    "error and its likeness": [
      new Error("m"),
      Object.defineProperty({ __proto__: Error.prototype }, "message", {
        value: "m",
        writable: true,
        configurable: true,
      }),
    ],
    "date and its likeness": [new Date(0), { __proto__: Date.prototype }],
    "arguments and array": [strictArguments(1), [1]],
    "box and primitive": [Object(1), 1],
    "boxes of two kinds": [Object(1), Object(1n)],
    "boxed symbols of one description": [
      [Object(Symbol.for("a")), 1],
      [Object(Symbol("a")), 1],
    ],
    "two kinds of errors": [new TypeError("m"), new RangeError("m")],
    "an error without and with an empty message": [new Error(), new Error("")],
    "no cause and undefined": [new Error("m"), new Error("m", { cause: undefined })],
    "registered and unique symbols": [Symbol.for("a"), Symbol("a")],
    "no description and an empty one": [Symbol(), Symbol("")],
    "one symbol twice and two": [one(Symbol("a")), [Symbol("a"), Symbol("a")]],
    "symbol key and symbol value": [{ [Symbol("a")]: 1, b: Symbol("a") }, withSymbol(Symbol("a"))],
    functions: [() => 1, () => 1],
    "native and bound functions": [Math.max, Math.max.bind(null)],
    "bound functions of two targets": [Math.max.bind(null), Math.min.bind(null)],
    "bound receivers": [Math.max.bind({ a: 1 } as never), Math.max.bind({ a: 2 } as never)],
    "bound arguments": [Math.max.bind(null, 1), Math.max.bind(null, 2)],
    "bound NaN": [Math.max.bind(null, NaN), Math.max.bind(null, 0)],
    "bound symbols": [Math.max.bind(null, Symbol("a") as never), Math.max.bind(null, Symbol("b") as never)],
    classes: [Point, class extends Point {}],
    "instance and plain object": [new Point(), { x: 1, y: -0 }],
    "copy of a class prototype": [
      { __proto__: Point.prototype, a: 1 },
      {
        __proto__: Object.defineProperty({}, "constructor", {
          value: Point,
          writable: true,
          configurable: true,
        }),
        a: 1,
      },
    ],
    "map order": [
      new Map([
        [1, 1],
        [2, 2],
      ]),
      new Map([
        [2, 2],
        [1, 1],
      ]),
    ],
    "set order": [new Set([1, 2]), new Set([2, 1])],
    "key order": [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    "symbol key order": [
      { [Symbol.for("a")]: 1, [Symbol.for("b")]: 1 },
      { [Symbol.for("b")]: 1, [Symbol.for("a")]: 1 },
    ],
    "own __proto__ and prototype": [{ ["__proto__"]: null }, { __proto__: null }],
    "regular expression flags": [/a/g, /a/y],
    "regular expression sources": [/a/, /b/],
    lastIndex: [/a/g, Object.assign(/a/g, { lastIndex: 1 })],
    "typed array kinds": [new Uint8Array(2), new Uint8ClampedArray(2)],
    "NaN payloads": [nan(1), nan(2)],
    "typed array offsets": [new Uint8Array(buffer(4), 0, 2), new Uint8Array(buffer(4), 1, 2)],
    "bytes outside of a view": [
      new Uint8Array(buffer(2), 0, 1),
      new Uint8Array(new Uint8Array([0, 1]).buffer, 0, 1),
    ],
    "size of a buffer": [new Uint8Array(buffer(2), 0, 1), new Uint8Array(buffer(3), 0, 1)],
    "one buffer and two": [both(buffer(2)), [new Uint8Array(buffer(2)), new Uint8Array(buffer(2))]],
    "resizable and fixed": [buffer(2, 4), buffer(2)],
    "two maxima": [buffer(2, 4), buffer(2, 5)],
    "tracking and not": [new Uint8Array(buffer(2, 4)), new Uint8Array(buffer(2, 4), 0, 2)],
    "tracking and not, growable": [
      new Uint8Array(sharedBuffer(2, 4)),
      new Uint8Array(sharedBuffer(2, 4), 0, 2),
    ],
    "tracking DataViews": [new DataView(buffer(2, 4)), new DataView(buffer(2, 4), 0, 2)],
    "shared and not": [sharedBuffer(2), buffer(2)],
    "growable and not": [sharedBuffer(2, 4), sharedBuffer(2)],
    "Buffer and Uint8Array": [Buffer.from("a"), new Uint8Array([97])],
    "DataView and Uint8Array": [new DataView(buffer(1)), new Uint8Array(1)],
    "pooled overlap on one side": [overlapping(), [Buffer.from("pooled"), Buffer.from("ol")]],
    "pooled overlap on the other side": [[Buffer.from("aaaa"), Buffer.from("aa")], overlapping("aaaa", 1, 3)],
    "pooled overlap at another place": [overlapping("aaaa", 0, 2), overlapping("aaaa", 1, 3)],
    "aliasing in general": [both(buffer(2)), [new Uint8Array(2), new Uint8Array(2)], { memory: "aliasing" }],
    "url search": [new URL("http://a/?x"), new URL("http://a/?y")],
    "url parameters that are not linked": [linked(), [new URL("http://a/?x=1"), new URLSearchParams("x=1")]],
    "url and text": [new URL("http://a/"), "http://a/"],
    proxies: [new Proxy({}, {}), new Proxy({}, {})],
    "proxy and object": [new Proxy({}, {}), {}],
    promises: [Promise.resolve(1), Promise.resolve(1)],
    "weak references": [new WeakRef({}), new WeakRef({})],
    "own stacks": [
      Object.assign(new Error("m"), { stack: "a" }),
      Object.assign(new Error("m"), { stack: "b" }),
    ],
    "own stack and captured": [Object.assign(new Error("m"), { stack: "a" }), new Error("m")],
    "captured stacks, when asked": [new Error("m"), failing(), { stack: "all" }],
    "a reference that was copied": [{ p: fixtures }, { p: { ...fixtures } }, { references: [fixtures] }],
    "cycle of one and of two": [ring(1), ring(2)],
    realms: [[], vm.runInNewContext("[]")],
  };
  function one(s: symbol): unknown[] {
    return [s, s];
  }
  function withSymbol(s: symbol): object {
    return { [s]: 1, b: s };
  }
  function both(b: ArrayBuffer): unknown[] {
    return [new Uint8Array(b), new Uint8Array(b)];
  }
  function overlapping(text = "pooled", from = 2, to = 4): unknown[] {
    const b = Buffer.from(text);
    return [b, b.subarray(from, to)];
  }
  function linked(): unknown[] {
    const url = new URL("http://a/?x=1");
    return [url, url.searchParams];
  }
  function failing(): Error {
    return new Error("m");
  }
  function ring(size: number): object {
    const first: Record<string, unknown> = {};
    let last = first;
    for (let i = 1; i < size; i++) last = last["next"] = {} as Record<string, unknown>;
    last["next"] = first;
    return first;
  }
  for (const [name, [a, b, options]] of Object.entries(unequal))
    it(`tells apart: ${name}`, () => {
      assert.equal(typeof difference(a, b, options), "string");
      assert.equal(typeof difference(b, a, options), "string");
      assert.equal(difference(a, a, options), null);
      assert.equal(difference(b, b, options), null);
    });

  it("takes Buffers of the pool for their bytes", () => {
    assert.equal(difference([Buffer.from("abc")], [Buffer.from(new Uint8Array([97, 98, 99]).buffer)]), null);
    assert.equal(difference(overlapping(), overlapping()), null);
  });

  it("takes views for their bytes when asked", () => {
    const wide = new Uint8Array(new Uint8Array([9, 1, 2, 9]).buffer, 1, 2);
    assert.equal(difference(wide, new Uint8Array([1, 2]), { memory: "aliasing" }), null);
    assert.equal(typeof difference(wide, new Uint8Array([1, 3]), { memory: "aliasing" }), "string");
  });

  it("takes given pairs for equal", () => {
    class Renamed {
      x = 1;
      y = -0;
    }
    assert.equal(typeof difference(new Point(), new Renamed()), "string");
    const pairs: [object, object][] = [
      [Point, Renamed],
      [Point.prototype, Renamed.prototype],
    ];
    assert.equal(difference(new Point(), new Renamed(), { pairs }), null);
  });

  it("names the place", () => {
    const text = difference(
      { runs: [0, { "odd key": new Map([[1, { psi: 1 }]]) }] },
      { runs: [0, { "odd key": new Map([[1, { psi: 2 }]]) }] },
    );
    assert.equal(text, '.runs[1]["odd key"].[[value 0]].psi: expected 1, found 2');
  });

  it("runs no code of the values", () => {
    const trap = (): never => assert.fail("code of the value ran");
    const liar = (): unknown => {
      const handler = new Proxy({}, { get: trap });
      const map = new (class extends Map {
        override get size(): number {
          return trap();
        }
        override forEach = trap;
        override entries = trap;
        override [Symbol.iterator] = trap;
      })();
      return [
        Object.defineProperties(
          {},
          { a: { get: trap, enumerable: true }, [Symbol.toStringTag]: { get: trap } },
        ),
        Object.assign(map, { toJSON: trap, valueOf: trap, toString: trap }),
        Object.defineProperties(/a/g, { flags: { get: trap }, source: { get: trap }, global: { get: trap } }),
        Object.defineProperties(new Date(0), {
          getTime: { get: trap },
          toISOString: { get: trap },
          valueOf: { get: trap },
        }),
        Object.defineProperties(new Uint8Array(2), {
          length: { get: trap },
          buffer: { get: trap },
          byteOffset: { get: trap },
        }),
        Object.create(null, { [Symbol.for("nodejs.util.inspect.custom")]: { get: trap } }),
        proxy(handler),
        Object.create(proxy(handler)),
      ];
    };
    const proxies = new Map<object, object>();
    function proxy(handler: object): object {
      if (!proxies.has(handler)) proxies.set(handler, new Proxy({}, handler));
      return proxies.get(handler)!;
    }
    const value = liar();
    assert.equal(difference(value, value), null);
    assert.equal(typeof difference(value, liar()), "string");
  });

  it("goes a million levels deep", () => {
    const chain = (depth: number, end: unknown): unknown => {
      let value = end;
      for (let i = 0; i < depth; i++) value = i % 3 === 0 ? [value] : { value };
      return value;
    };
    assert.equal(difference(chain(1e6, 1), chain(1e6, 1)), null);
    const text = difference(chain(1e6, 1), chain(1e6, 2))!;
    assert.match(text, /expected 1, found 2$/);
    assert.ok(text.length < 1000, "a path of a million steps is shortened");
  });

  describe("of n-dimensional arrays", () => {
    const mark = Symbol.for("persist-archive.NDArray");
    class Grid {
      [mark] = true;
      data: Float64Array;
      shape: number[];
      stride: number[];
      offset: number;
      dtype = "float64";
      attributes: unknown = {};
      constructor(data: number[], shape: number[], stride: number[], offset = 0) {
        this.data = new Float64Array(data);
        this.shape = shape;
        this.stride = stride;
        this.offset = offset;
      }
    }
    class Other extends Grid {}
    const square = (): Grid => new Grid([1, 2, 3, 4], [2, 2], [2, 1]);
    it("ignores the class and how elements lie in memory", () => {
      assert.equal(difference(square(), new Other([1, 2, 3, 4], [2, 2], [2, 1])), null);
      assert.equal(difference(square(), new Grid([1, 3, 2, 4], [2, 2], [1, 2])), null);
      assert.equal(difference(square(), new Grid([9, 1, 2, 3, 4], [2, 2], [2, 1], 1)), null);
      assert.equal(
        difference({ data: new Float64Array([1, 2, 3, 4]), shape: [2, 2] }, square(), { ndarrays: "shaped" }),
        null,
      );
    });
    it("notices shape, type, elements and attributes", () => {
      assert.match(difference(square(), new Grid([1, 2, 3, 4], [4], [1]))!, /shape/);
      assert.match(difference(square(), new Grid([1, 2, 3, 5], [2, 2], [2, 1]))!, /byte/);
      assert.match(difference(square(), Object.assign(square(), { dtype: "complex128" }))!, /dtype/);
      assert.match(
        difference(square(), Object.assign(square(), { data: new BigInt64Array(4) }))!,
        /BigInt64Array/,
      );
      assert.match(difference(square(), Object.assign(square(), { attributes: { units: "m" } }))!, /units/);
      assert.equal(
        typeof difference({ data: new Float64Array([1, 2, 3, 4]), shape: [2, 2] }, square()),
        "string",
      );
    });
    it("notices sharing", () => {
      const grid = square();
      assert.equal(difference([grid, grid], [grid, grid]), null);
      assert.equal(typeof difference([grid, grid], [square(), square()]), "string");
    });
  });
});
