// What cannot be kept: each is an error that names the place, and none of their code runs.
import { AsyncLocalStorage } from "node:async_hooks";
import vm from "node:vm";
import { MessageChannel } from "node:worker_threads";
import { NDArray } from "persist-archive";
import { importFromProject } from "../support/project.ts";
import type { Either, Refused } from "./case.ts";

const local = await importFromProject("./local.mjs");
const { Late } = await importFromProject("./tla.mjs");
const things = await importFromProject("./things.mjs");
const { Grid } = await importFromProject("./classes.mjs");
const cjs = (await importFromProject("./classes.cjs"))["default"] as Record<
  string,
  (...args: unknown[]) => object
>;

let ran = 0;
/** How often code of a refused value has run. */
export function refusedCodeRan(): number {
  return ran;
}
const trap = (): never => {
  ran++;
  throw new Error("code of the value ran");
};
const traps = new Proxy({}, { get: () => trap });
const closure = (): unknown => () => ran;
class Here {
  a = 1;
}
class ArrayOfMine {
  data = new Float64Array(2);
  shape = [2];
}
function* generate(): Generator<number> {
  yield 1;
}
async function* generateLater(): AsyncGenerator<number> {
  yield 1;
}

/** Kinds of values that hold more than can be seen. */
const hidden: Record<string, () => unknown> = {
  "arrow function": closure,
  function: () => function named() {},
  method: () => ({ method() {} }).method,
  "async function": () => async () => {},
  "class of a test file": () => Here,
  "instance of a class of a test file": () => new Here(),
  "instance of a class of a test file that has the parts of an array": () => new ArrayOfMine(),
  "generator function": () => generate,
  generator: () => generate(),
  "asynchronous generator": () => generateLater(),
  promise: () => Promise.resolve(1),
  "pending promise": () => new Promise(() => {}),
  WeakMap: () => new WeakMap(),
  WeakSet: () => new WeakSet(),
  WeakRef: () => new WeakRef({}),
  FinalizationRegistry: () => new FinalizationRegistry(() => {}),
  proxy: () => new Proxy({}, traps),
  "proxy of an array": () => new Proxy([], traps),
  "proxy of a function": () => new Proxy(() => {}, traps),
  "proxy of a Map": () => new Proxy(new Map(), traps),
  "proxy of what has an array's parts, and more": () =>
    new Proxy({ _storage: { _data: new Float64Array(1), _shape: [1], _dtype: "float64" }, more: 1 }, traps),
  "revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "module namespace": () => things,
  "iterator of a Map": () => new Map([[1, 2]]).entries(),
  "iterator of a Set": () => new Set([1]).values(),
  "iterator of an array": () => [1].values(),
  "iterator of a string": () => "a"[Symbol.iterator](),
  "iterator of matches": () => "a".matchAll(/a/g),
  "private field": () => new local["Vault"]() as object,
  "private field of a superclass": () => new local["BankVault"]() as object,
  "private method": () => new local["PrivateMethod"]() as object,
  "private accessor": () => new local["PrivateAccessor"]() as object,
  "private field in a Map": () => new local["PrivateMap"]() as object,
  "instance of a class that is not exported": () => local["makeLocal"]() as object,
  "instance of a class in a function": () => local["makeInner"]() as object,
  "instance of an anonymous class": () => local["makeAnonymous"]() as object,
  "instance of a class in a module with top-level await": () => new Late() as object,
  "function made by an exported one": () => local["closure"]() as object,
  "bound local function": () => closure.bind(null),
  "object of another realm": () => vm.runInNewContext("({ a: 1 })") as object,
  "array of another realm": () => vm.runInNewContext("[1]") as object,
  "Map of another realm": () => vm.runInNewContext("new Map()") as object,
  "error of another realm": () => vm.runInNewContext("new Error('m')") as object,
  "WeakRef under the prototype of plain objects": () =>
    Object.setPrototypeOf(new WeakRef({}), Object.prototype) as object,
  "WeakRef without a prototype": () => Object.setPrototypeOf(new WeakRef({}), null) as object,
  "Intl.Collator without a prototype": () => Object.setPrototypeOf(new Intl.Collator(), null) as object,
  "iterator of an array under the prototype of plain objects": () =>
    Object.setPrototypeOf([1].values(), Object.prototype) as object,
  "Intl.NumberFormat": () => new Intl.NumberFormat("en"),
  "Intl.Collator": () => new Intl.Collator(),
  "Intl.DateTimeFormat": () => new Intl.DateTimeFormat("en"),
  TextDecoder: () => new TextDecoder(),
  AbortController: () => new AbortController(),
  Blob: () => new Blob(["a"]),
  Headers: () => new Headers({ a: "b" }),
  Response: () => new Response("a"),
  FormData: () => new FormData(),
  ReadableStream: () => new ReadableStream(),
  EventTarget: () => new EventTarget(),
  Event: () => new Event("e"),
  MessagePort: () => {
    const { port1, port2 } = new MessageChannel();
    port1.close();
    port2.close();
    return port1;
  },
  AsyncLocalStorage: () => new AsyncLocalStorage(),
  timer: () => {
    const timer = setTimeout(() => {}, 0);
    clearTimeout(timer);
    return timer;
  },
  "WebAssembly.Memory": () =>
    Reflect.construct(
      (globalThis as never as { WebAssembly: { Memory: typeof Object } }).WebAssembly.Memory,
      [{ initial: 1 }],
    ) as object,
  accessor: () => Object.defineProperty({ a: 1 }, "b", { get: trap, enumerable: true }),
};

function accessor(object: object, key: PropertyKey, more: PropertyDescriptor = {}): object {
  return Object.defineProperty(object, key, {
    get: trap,
    set: trap,
    enumerable: true,
    configurable: true,
    ...more,
  });
}

const somewhere: Record<string, [make: (value: unknown) => unknown, keyPath: string | RegExp]> = {
  "in an object": [(value) => ({ a: 1, deep: { value } }), ".deep.value"],
  "in an array": [(value) => [0, [1, 2, value]], "[1][2]"],
  "at an odd key": [(value) => ({ "odd key": { "": value } }), '["odd key"][""]'],
  "at an integer key": [(value) => ({ 7: { 3: value } }), "[7][3]"],
  "at a symbol key": [(value) => ({ a: { [Symbol.for("s")]: value } }), /^\.a\[.*s.*\]$/],
  "in a Map": [(value) => ({ m: new Map([["k", value]]) }), /^\.m./],
  "as a Map key": [(value) => ({ m: new Map([[value, 1]]) }), /^\.m./],
  "in a Set": [(value) => ({ s: new Set([1, value]) }), /^\.s./],
  "as a cause": [(cause) => ({ e: new Error("m", { cause }) }), ".e.cause"],
  "among errors": [(value) => new AggregateError([1, value]), /^\.errors\[1\]$/],
  "in an instance": [(value) => ({ grid: new Grid(1, value) as object }), ".grid.dx"],
  "in a hidden property": [(value) => ({ o: Object.defineProperty({}, "h", { value }) }), ".o.h"],
  "in a boxed number": [(value) => Object.assign(Object(1) as object, { value }), ".value"],
  "in a prototype": [(value) => ({ o: Object.create({ value }) as object }), /^\.o.*\.value$/],
  "behind a cycle": [
    (value) => {
      const o: Record<string, unknown> = {};
      o["self"] = o;
      o["value"] = [value];
      return o;
    },
    ".value[0]",
  ],
  "2000 levels deep": [(value) => nest(value, 2000), /^(\.o)+/],
  "in a large plain tree": [
    (value) => ({
      rows: Array.from({ length: 5000 }, (_, i) => ({ i, text: "some text", v: i === 4321 ? value : 1 })),
    }),
    ".rows[4321].v",
  ],
};

function nest(value: unknown, depth: number): unknown {
  let o = value;
  for (let i = 0; i < depth; i++) o = { o };
  return o;
}

const places: Refused[] = Object.entries(somewhere).flatMap(([place, [wrap, keyPath]]) => [
  { name: `closure ${place}`, make: () => wrap(closure()), keyPath },
  { name: `promise ${place}`, make: () => wrap(Promise.resolve()), keyPath },
]);

const accessors: Refused[] = [
  { name: "getter in an object", make: () => ({ o: accessor({ a: 1 }, "b") }), keyPath: ".o.b" },
  {
    name: "setter alone",
    make: () => accessor({}, "b", { get: undefined as never }),
    keyPath: ".b",
  },
  { name: "hidden getter", make: () => accessor({}, "b", { enumerable: false }), keyPath: ".b" },
  { name: "getter at a symbol", make: () => accessor({}, Symbol.for("s")), keyPath: /s/ },
  { name: "getter for then", make: () => accessor({}, "then"), keyPath: ".then" },
  { name: "getter for __proto__", make: () => accessor({}, "__proto__"), keyPath: /__proto__/ },
  { name: "getter for toStringTag", make: () => accessor({}, Symbol.toStringTag), keyPath: /toStringTag/ },
  { name: "getter in an array", make: () => ({ list: accessor([1, 2, 3], 1) }), keyPath: ".list[1]" },
  { name: "getter on a Map", make: () => accessor(new Map(), "size"), keyPath: ".size" },
  { name: "getter on a Date", make: () => accessor(new Date(0), "getTime"), keyPath: ".getTime" },
  { name: "getter on a RegExp", make: () => accessor(/a/g, "flags"), keyPath: ".flags" },
  { name: "getter on an Error", make: () => accessor(new Error("m"), "cause"), keyPath: ".cause" },
  { name: "getter on a typed array", make: () => accessor(new Uint8Array(2), "length"), keyPath: ".length" },
  { name: "getter on an instance", make: () => accessor(new Grid(1, 2) as object, "n"), keyPath: ".n" },
  { name: "getter on a data prototype", make: () => ({ __proto__: accessor({}, "p") }), keyPath: /\.p$/ },
  {
    name: "getter that gives a likeness of an array",
    make: () => accessor(accessor({}, "data"), "shape"),
    keyPath: /\.(data|shape)$/,
  },
  {
    name: "proxy as prototype",
    make: () => ({ o: Object.create(new Proxy({}, traps)) as object }),
    keyPath: /^\.o/,
  },
  {
    name: "proxy in the prototype's prototype",
    make: () => Object.create(Object.create(new Proxy({}, traps)) as object) as object,
    keyPath: /./,
  },
];

export const refused: Refused[] = [
  ...Object.entries(hidden).map(([name, make]) => ({
    name,
    make: () => ({ runs: [0, { psi: make() }] }),
    keyPath: name === "accessor" ? ".runs[1].psi.b" : new RegExp(`^\\.runs\\[1\\]\\.psi`),
  })),
  ...places,
  ...accessors,
];

/** What may be kept or refused, but must not come back as something else. */
export const either: Either[] = Object.entries({
  "arguments of a sloppy function": () => cjs["sloppy"]!(1, 2),
  // its text says 1.5 seconds
  "Temporal.Duration of milliseconds": () =>
    (globalThis as { Temporal?: { Duration: { from(parts: object): object } } }).Temporal?.Duration.from({
      milliseconds: 1500,
    }),
  "arguments without an iterator": () => {
    const list = (function (..._: unknown[]): object {
      return arguments;
    })(1, 2);
    Reflect.deleteProperty(list, Symbol.iterator);
    return list;
  },
  "detached buffer": () => {
    const buffer = new ArrayBuffer(8);
    structuredClone(buffer, { transfer: [buffer] });
    return buffer;
  },
  "view of a detached buffer": () => {
    const view = new Uint8Array(8);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  },
  "view beyond its shrunk buffer": () => {
    const buffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]) as ArrayBuffer & {
      resize(n: number): void;
    };
    const view = new Uint8Array(buffer, 4, 4);
    buffer.resize(2);
    return view;
  },
  "own mark of an NDArray on plain data": () => ({
    [Symbol.for("persist-archive.NDArray")]: true,
    data: [1],
    shape: [1],
  }),
  "own mark of an NDArray on an object with a typed array": () => ({
    [Symbol.for("persist-archive.NDArray")]: true,
    data: new Float64Array(2),
    shape: [3],
  }),
  "NDArray as a prototype": () =>
    Object.create(new NDArray({ data: new Float64Array(2), shape: [2] })) as object,
  "intrinsic that no path reaches": () => Object.getPrototypeOf(Uint8Array) as object,
  "prototype of array iterators": () => Object.getPrototypeOf([].values()) as object,
  "constructor of async functions": () => (async () => {}).constructor,
  "getter of a built-in": () => Object.getOwnPropertyDescriptor(Map.prototype, "size")!.get,
}).map(([name, make]) => ({ name: `either: ${name}`, make, either: true }));
