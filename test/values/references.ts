// What is kept by reference: classes and their instances, functions, symbols, prototypes, objects of the language.
import { EventEmitter } from "node:events";
import path from "node:path";
import { importFromProject } from "../support/project.ts";
import { family, give } from "./case.ts";
import type { Kept } from "./case.ts";

const classes = await importFromProject("./classes.mjs");
const {
  Grid,
  FineGrid,
  Empty,
  Account,
  Guarded,
  Fixed,
  FrozenPoint,
  Bare,
  Coloured,
  Counted,
  Legacy,
  Derived,
} = classes;
const { default: Shape, Circle } = await importFromProject("./shapes.mjs");
const { default: Ledger } = await importFromProject("./default.mjs");
const anonymous = await importFromProject("./anonymous.mjs");
const barrel = await importFromProject("./barrel.mjs");
const things = await importFromProject("./things.mjs");
const cjs = (await importFromProject("./classes.cjs"))["default"] as Record<string, never>;
const Only = (await importFromProject("./single.cjs"))["default"] as {
  new (): object;
  Part: new () => object;
};
const { Quantity, dimensionless } = await importFromProject("units");
const { Metre } = await importFromProject("units/si");
const { Matrix, helpers } = (await importFromProject("legacy"))["default"] as Record<string, never>;
const { default: Mesh, Element } = await importFromProject("@lab/mesh");
const { Unreachable } = await importFromProject("./node_modules/units/lib/quantity.js");
const { Part } = await importFromProject("nomain/lib/part.js");

type AnyClass = new (...args: unknown[]) => object;

/** An instance, the class as a value, its prototype as a value, and a plain object under that prototype. */
function allOf(name: string, Class: AnyClass, ...args: unknown[]): Kept[] {
  const references = [Class, Class.prototype];
  return [
    { name: `instance: ${name}`, make: () => new Class(...args), references },
    {
      name: `class as value: ${name}`,
      make: () => ({ Class, list: [Class], prototype: Class.prototype as object }),
      references,
    },
  ];
}

function tied(value: object, key = "self"): object {
  return Object.defineProperty(value, key, { value, writable: true, enumerable: true, configurable: true });
}

function bound(f: unknown, ...args: [unknown, ...unknown[]]): object {
  return (f as (...args: unknown[]) => unknown).bind(...args) as object;
}

const instances: Kept[] = [
  ...allOf("ES module", Grid, 4, 0.5),
  ...allOf("heir in an ES module", FineGrid, 4, 0.5),
  ...allOf("without properties", Empty),
  ...allOf("with a nested class", Account),
  ...allOf("nested", Account.Kind),
  ...allOf("nested twice", Account.Kind.Default),
  ...allOf("nested and named by its place", Account.Anonymous),
  ...allOf("that freezes its instances", FrozenPoint, 1, 2),
  ...allOf("with # in texts and comments", Coloured),
  ...allOf("with private static names", Counted),
  ...allOf("with symbol members", classes["WithSymbolMembers"] as AnyClass),
  ...allOf("constructor function", Legacy, "l"),
  ...allOf("reached by the project's name", Circle),
  ...allOf("default export reached by the project's name", Shape),
  ...allOf("default export", Ledger),
  ...allOf("anonymous default export", anonymous["default"] as AnyClass),
  ...allOf("without a name", anonymous["Unnamed"] as AnyClass),
  ...allOf("through a barrel", barrel["Inner"] as AnyClass),
  ...allOf("exported under another name", barrel["Outer"] as AnyClass),
  ...allOf("default re-exported under a name", barrel["Whole"] as AnyClass),
  ...allOf("exported as a text", (barrel as Record<string, AnyClass>)["odd name"]!),
  ...allOf("in an exported object", things["kinds"]["Circle"] as AnyClass),
  ...allOf("in an exported list", (things["kinds"]["list"] as AnyClass[])[0]!),
  ...allOf("CommonJS", cjs["Tank"]!),
  ...allOf("CommonJS, nested", cjs["parts"]!["Valve"]),
  ...allOf("CommonJS, behind a getter", cjs["Pump"]!),
  ...allOf("CommonJS, module.exports", Only),
  ...allOf("CommonJS, property of module.exports", Only.Part),
  ...allOf("package", Quantity),
  ...allOf("package, subpath", Metre),
  ...allOf("CommonJS package", Matrix!),
  ...allOf("scoped package, default export", Mesh),
  ...allOf("scoped package", Element),
  ...allOf("package without exports", Part),
  ...allOf("file that a package's exports do not reach", Unreachable),
  ...family("instance", {
    "two of one class": () => [new Grid(1, 2), new Grid(3, 4)],
    "constructor function with a replaced prototype": () => new Derived("d") as object,
    "setters on the prototype": () => Guarded.make() as object,
    "setters on the prototype, in a cycle": () => {
      const guarded = Guarded.make() as Record<string, unknown>;
      return tied(guarded);
    },
    "setters on the prototype, holding an instance that holds it": () => {
      const grid = new Grid(1, 2) as Record<string, unknown>;
      const guarded = Guarded.make() as object;
      Object.defineProperty(guarded, "n", { value: grid });
      grid["guarded"] = guarded;
      return [grid, guarded];
    },
    "read-only property of the prototype": () => Fixed.make() as object,
    "read-only property of the prototype, in a cycle": () => {
      const fixed = Fixed.make() as object;
      return Object.defineProperty(fixed, "unit", { value: fixed });
    },
    "class without Object.prototype": () => Bare.make({ n: 1 }) as object,
    "frozen, in a cycle": () => {
      const list: unknown[] = [];
      const point = new FrozenPoint(list, 2) as object;
      list.push(point);
      return point;
    },
    "containing itself": () => tied(new Grid(1, 2) as object),
    "two containing each other": () => {
      const a = new Grid(1, 2) as Record<string, unknown>;
      const b = new Grid(a, 2) as object;
      a["b"] = b;
      return { a, b };
    },
    "replaced constructor property": () => give(new Grid(1, 2) as object, { constructor: 1 }),
    "own toJSON as data": () => give(new Grid(1, 2) as object, { toJSON: null, toString: 1 }),
    "hidden and symbol properties": () =>
      Object.defineProperty(give(new Grid(1, 2) as object, { [Symbol("s")]: 1 }), "h", { value: 1 }),
    "prototype of a prototype": () =>
      Object.create(Object.create(Grid.prototype as object, { mid: { value: 1 } }) as object) as object,
    "1000 of one class": () => Array.from({ length: 1000 }, (_, i) => new Grid(i, { i }) as object),
    "1000 of one class in a ring": () => {
      const list = Array.from({ length: 1000 }, (_, i) => new Grid(i, null) as Record<string, unknown>);
      list.forEach((grid, i) => (grid["dx"] = list[(i + 1) % 1000]));
      return list[0];
    },
    "under a class as prototype": () => Object.create(Grid as object, { a: { value: 1 } }) as object,
  }),
];

const { collect, arrow, count, later, stream, handlers, ready, marks, animal, proto } = things;
const generatorPrototype = (count as { prototype: object }).prototype;

const functions: Kept[] = [
  { name: "function: exported", make: () => [collect, arrow, later], references: [collect, arrow, later] },
  { name: "function: generators", make: () => [count, stream], references: [count, stream] },
  {
    name: "function: nested in an object",
    make: () => [handlers.onStart, handlers.nested.onEnd],
    references: [handlers.onStart, handlers.nested.onEnd],
  },
  {
    name: "function: method of a class",
    make: () => ({ f: Grid.prototype.area as unknown }),
    references: [Grid.prototype.area],
  },
  { name: "function: static method", make: () => FineGrid.make as unknown, references: [FineGrid.make] },
  { name: "function: CommonJS", make: () => [cjs["fill"]], references: [cjs["fill"]] },
  { name: "function: CommonJS package", make: () => helpers!["round"], references: [helpers!["round"]] },
  {
    name: "function: as Map key and prototype",
    make: () => [new Map([[collect, arrow]]), Object.create(arrow as object)],
    references: [collect, arrow],
  },
  {
    name: "function: generator's prototype",
    make: () => [generatorPrototype],
    references: [generatorPrototype],
  },
  ...[
    ["Math.sin", Math.sin],
    ["Object", Object],
    ["Array.prototype.map", Array.prototype.map],
    ["Array.from", Array.from],
    ["Symbol", Symbol],
    ["JSON.stringify", JSON.stringify],
    ["parseInt", parseInt],
    ["structuredClone", structuredClone],
    ["setTimeout", setTimeout],
    ["Uint8Array", Uint8Array],
    ["Function.prototype", Function.prototype],
    ["Map.prototype.set", Map.prototype.set],
    ["Promise", Promise],
    ["Buffer", Buffer],
    ["URL", URL],
    ["TextEncoder", TextEncoder],
    ["Intl.NumberFormat", Intl.NumberFormat],
    ["Headers", Headers],
    ["Headers.prototype.append", Headers.prototype.append],
    ["Response.json", Response.json],
    ["node:path join", path.join],
    ["node:events EventEmitter", EventEmitter],
  ].map(([name, value]) => ({
    name: `function: ${name as string}`,
    make: () => ({ value }),
    references: [value],
  })),
];

const languageObjects: Kept[] = [
  ["Math", Math],
  ["JSON", JSON],
  ["Reflect", Reflect],
  ["Intl", Intl],
  ["Object.prototype", Object.prototype],
  ["Array.prototype", Array.prototype],
  ["Map.prototype", Map.prototype],
  ["Error.prototype", Error.prototype],
  ["Promise.prototype", Promise.prototype],
  ["Uint8Array.prototype", Uint8Array.prototype],
  ["URL.prototype", URL.prototype],
  ["Buffer.prototype", Buffer.prototype],
  ["EventEmitter.prototype", EventEmitter.prototype],
  ["globalThis", globalThis],
].map(([name, value]) => ({
  name: `object by reference: ${name as string}`,
  make: () => [value, { value }],
  references: [value],
}));

const symbols: Kept[] = [
  { name: "symbol: exported", make: () => [ready, { [ready as symbol]: 1 }], references: [ready] },
  {
    name: "symbol: exported, nested",
    make: () => [marks.left, marks.right],
    references: [marks.left, marks.right],
  },
  {
    name: "symbol: exported, as key of an instance",
    make: () => give(new Grid(1, 2) as object, { [ready as symbol]: ready as symbol }),
    references: [ready],
  },
  { name: "symbol: exported by CommonJS", make: () => [cjs["signal"]], references: [cjs["signal"]] },
  {
    name: "symbol: exported by a package",
    make: () => ({ unit: dimensionless as symbol, [dimensionless as symbol]: 1 }),
    references: [dimensionless],
  },
  { name: "symbol: exported, boxed", make: () => Object(ready) as object, references: [ready] },
];

const prototypes: Kept[] = [
  {
    name: "prototype: exported object with methods",
    make: () => give(Object.create(animal as object) as object, { name: "cat" }),
    references: [animal],
  },
  {
    name: "prototype: exported object with methods, as value",
    make: () => [animal as object],
    references: [animal],
  },
  {
    name: "prototype: exported object without methods",
    make: () => ({ heir: Object.create(proto as object) as object }),
  },
];

const boundFunctions: Kept[] = family("bound", {
  "built-in": () => bound(Math.max, null),
  "built-in with arguments": () => bound(Math.max, undefined, 1, 2),
  exported: () => bound(collect, null),
  "receiver in the graph": () => {
    const grid = new Grid(2, 3) as object;
    return { grid, area: bound(Grid.prototype.area, grid) };
  },
  "arguments in the graph": () => {
    const o = { n: 1 };
    return [o, bound(collect, o, o, [o])];
  },
  "method of a built-in object": () => bound(console.log, console),
  "method of a Map": () => {
    const map = new Map([[1, 2]]);
    return [bound(Map.prototype.get, map), map];
  },
  "primitive receivers": () => [
    bound(collect, 1),
    bound(collect, "a"),
    bound(collect, NaN),
    bound(collect, -0),
    bound(collect, 1n),
    bound(collect, Symbol.for("s")),
  ],
  "bound twice": () => bound(bound(collect, { a: 1 }, 1), null, 2),
  "another prototype": () => Object.setPrototypeOf(bound(Math.min, null), null) as object,
  "prototype of what is bound": () => bound(FineGrid, null),
  "another name": () => Object.defineProperty(bound(Math.max, null), "name", { value: "most" }),
  "name that is fixed": () => Object.defineProperty(bound(Math.max, null), "name", { configurable: false }),
  "name that can be written, and no length": () => {
    const f = Object.defineProperty(bound(Math.max, null), "name", { writable: true, enumerable: true });
    Reflect.deleteProperty(f, "length");
    return f;
  },
  frozen: () => Object.freeze(bound(Math.max, null, 1)),
  class: () => bound(Grid, null, 5),
  properties: () => give(bound(collect, null), { note: 1 }),
  shared: () => {
    const f = bound(collect, null, 1);
    return [f, { f }];
  },
  "in a cycle through its receiver": () => {
    const o: Record<string, unknown> = {};
    o["f"] = bound(collect, o);
    return o;
  },
});

export const references: Kept[] = [
  ...instances,
  ...functions,
  ...languageObjects,
  ...symbols,
  ...prototypes,
  ...boundFunctions,
];
