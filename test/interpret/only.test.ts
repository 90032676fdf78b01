// Single exports: what they need is read, and no more.
import assert from "node:assert/strict";
import { interpret, type ArrayRow, type InterpretOptions } from "#dist/interpret/interpret.js";
import { difference } from "../support/isomorphic.ts";

const text = `// persist-archive format 1
import { Grid } from "my-sim";
import { load } from "./_load-3f9a1c.js";
const arrays = load(import.meta.url, {
  psi: ["_arrays/psi.npy", "<c16", [2, 2]],
  rho: ["_arrays/all.h5", "<f8", 4, 2048],
  "odd name": ["_arrays/all.h5", "<f8", 4, 4096],
}, { "_arrays/all.h5": [8192, 1234] });
const axis = [0, 1];
export const state = { __proto__: Grid.prototype, axis, psi: arrays.psi };
export const density = { rho: arrays.rho, axis, self: undefined };
density.self = density;
const inner = { back: undefined };
export const outer = { inner, list: [inner] };
outer.list[0].back = outer;
export const other = [inner], psi = 1;
export const odd = arrays["odd name"];
const m = new Map();
m.set("psi", psi);
export { m as map, axis };
Object.freeze(axis);
export default { density: 1 };
`;

let tables: Readonly<Record<string, ArrayRow>>[] = [];
let heads: unknown;
let imports: string[] = [];
const options: InterpretOptions = {
  resolveImport(specifier) {
    imports.push(specifier);
    return { Grid: class Grid {} };
  },
  loadArrays({ rows, heads: given }) {
    tables.push(rows);
    heads = given;
    return Object.fromEntries(Object.keys(rows).map((name) => [name, new Float64Array([name.length])]));
  },
};

function read(...only: string[]): Record<string, unknown> {
  tables = [];
  imports = [];
  return interpret(text, { ...options, only });
}

describe("only", () => {
  it("restores an export, and asks for no import that it does not need", () => {
    const exports = read("density");
    assert.deepEqual(Object.keys(exports), ["density"]);
    const density = exports["density"] as Record<string, unknown>;
    assert.equal(density["self"], density);
    assert.ok(Object.isFrozen(density["axis"]));
    assert.deepEqual(imports, []);
    assert.deepEqual(
      tables.map((table) => Object.keys(table)),
      [["rho"]],
    );
  });

  it("gives the rows and heads of the table as they stand", () => {
    read("state", "odd");
    assert.deepEqual(imports, ["my-sim"]);
    assert.deepEqual(
      tables.map((table) => ({ ...table })),
      [{ psi: ["_arrays/psi.npy", "<c16", [2, 2]], "odd name": ["_arrays/all.h5", "<f8", 4, 4096] }],
    );
    assert.deepEqual({ ...(heads as object) }, { "_arrays/all.h5": [8192, 1234] });
  });

  it("opens no table for what needs none", () => {
    read("psi", "axis", "map");
    assert.deepEqual(tables, []);
  });

  it("gives the exports in the order of the text, whatever the order asked for", () => {
    assert.deepEqual(Object.keys(read("axis", "default", "psi", "density")), [
      "density",
      "psi",
      "axis",
      "default",
    ]);
  });

  it("gives each export as a whole reading does", () => {
    const whole = interpret(text, options);
    for (const name of Object.keys(whole).filter((each) => each !== "state")) {
      assert.equal(difference({ [name]: whole[name] }, { ...read(name) }), null, name);
    }
  });

  it("does what is done to an object by another way to it", () => {
    const { other } = read("other") as { other: [{ back: { list: unknown[] } }] };
    assert.equal(other[0].back.list[0], other[0]);
  });

  it("follows effects of every form", () => {
    const effects = `const a = {}, b = [], c = new Map(), d = { x: {} }, e = d.x, f = new Set(), s = Symbol.for("s");
      Object.defineProperty(a, "x", { value: b }); Array.prototype.push.call(b, 1); c.set(1, 2); Map.prototype.set.call(c, 3, f); f.add(a);
      d.x[s] = 5; e.y = 6
      e[s] = 7
      Object.assign(d["x"], { z: b }); export { a, b, c, d, e, f };`;
    const whole = interpret(effects);
    for (const name of Object.keys(whole)) {
      assert.equal(
        difference({ [name]: whole[name] }, { ...interpret(effects, { only: [name] }) }),
        null,
        name,
      );
    }
  });

  it("follows what calls in declarations change, and nothing that they only read", () => {
    const changes = `const a = {}, b = [], c = new Map(), d = { x: {} }, e = { deep: { a } };
      const a2 = Object.defineProperty(a, "x", { value: b }), c2 = c.set(1, 2); export const b2 = [Array.prototype.push.call(b, 1)];
      const d2 = [{ x: Object.freeze(d.x) }]; const e2 = Object.assign(e.deep, { z: 1 });
      export { a, a2, b, c, c2, d, d2, e, e2 };`;
    const whole = interpret(changes);
    for (const name of Object.keys(whole)) {
      const part = interpret(changes, { only: [name] });
      assert.equal(difference({ [name]: whole[name] }, { ...part }), null, name);
    }
    const reads = `const p = { q: {} }; export const made = [Object.create(p), Object.fromEntries([["a", p]]), process.exit()]; export { p };`;
    assert.deepEqual({ ...interpret(reads, { only: ["p"] }) }, { p: { q: {} } });
  });

  it("leaves out what is not needed, errors included", () => {
    assert.deepEqual(
      { ...interpret("export const a = process.exit(); export const b = [1]; c.d = e;", { only: ["b"] }) },
      { b: [1] },
    );
  });

  it("finds what is bound further down, and asks for no more than that", () => {
    const late =
      'export const a = [Grid]; export const b = [Other]; import { Grid } from "x"; import { Other } from "y";';
    imports = [];
    interpret(late, { ...options, only: ["a"] });
    assert.deepEqual(imports, ["x"]);
  });

  it("says when a name is not there", () => {
    assert.throws(() => read("psi", "none"), { code: "PERSIST_NOT_FOUND", message: /`none`/ });
    assert.throws(() => read("toString"), { code: "PERSIST_NOT_FOUND" });
    assert.deepEqual({ ...read() }, {});
  });
});

describe("an array table", () => {
  it("needs somebody who loads", () => {
    assert.throws(() => interpret(text, { resolveImport: () => ({ Grid: class {} }) }), {
      code: "PERSIST_NOT_FOUND",
      line: 4,
    });
  });

  it("is given whole without `only`, in its order", () => {
    tables = [];
    interpret(text, options);
    assert.deepEqual(
      tables.map((table) => Object.keys(table)),
      [["psi", "rho", "odd name"]],
    );
  });

  it("may have another name, and names like those of Object.prototype", () => {
    const exports = interpret(
      'import { load as l } from "./x_load-0.mjs"; const t = l(import.meta.url, { toString: ["a.npy", "<f8", 1], ["__proto__"]: ["b.npy", "<f8", 2] }); export const a = t.toString, b = t["__proto__"];',
      options,
    );
    assert.deepEqual({ ...exports }, { a: new Float64Array([8]), b: new Float64Array([9]) });
    assert.throws(
      () =>
        interpret(
          'import { load } from "./_load-0.js"; const t = load(import.meta.url, {}); export const a = t.x;',
          options,
        ),
      {
        code: "PERSIST_UNTRUSTED_CODE",
      },
    );
  });
});
