// Archive, stringify and restore: items in memory, without files.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  Archive,
  isPersistError,
  NDArray,
  open,
  represent,
  restore,
  save,
  stringify,
  type ErrorCode,
  type Rule,
} from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import type { Members } from "../support/project.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const has =
  (code: ErrorCode) =>
  (error: unknown): boolean =>
    isPersistError(error, code);

/** Evaluates a module's text as the engine does. */
const evaluate = async (text: string): Promise<Members> => ({
  ...((await import(`data:text/javascript,${encodeURIComponent(text)}`)) as Members),
});

describe("Archive", () => {
  it("collects items in order, and gives their names", () => {
    const archive = new Archive();
    assert.deepEqual(archive.insert({ b: 1, a: [2] }), ["b", "a"]);
    assert.deepEqual(archive.insert({ c: 3 }), ["c"]);
    assert.deepEqual(archive.names(), ["b", "a", "c"]);
    assert.deepEqual({ ...restore(archive.toString()) }, { b: 1, a: [2], c: 3 });
    assert.equal(String(archive), stringify({ b: 1, a: [2], c: 3 }), "it is its text");
  });

  it("takes the same value twice, and another under a known name never", () => {
    const archive = new Archive();
    const list = [1];
    archive.insert({ list, nan: NaN });
    assert.deepEqual(archive.insert({ list, nan: NaN }), ["list", "nan"]);
    assert.throws(() => archive.insert({ fresh: 1, list: [1] }), has("PERSIST_DUPLICATE_NAME"));
    assert.throws(() => archive.insert({ fresh: 1, nan: 0 }), has("PERSIST_DUPLICATE_NAME"));
    assert.throws(() => archive.insert({ fresh: 1, then: 1 }), has("PERSIST_INVALID_NAME"));
    assert.deepEqual(archive.names(), ["list", "nan"], "nothing of a refused insert is added");
  });

  it("finds free names", () => {
    const archive = new Archive();
    assert.equal(archive.uniqueName("x"), "x");
    archive.insert({ x: 0, x_1: 1, x_3: 3 });
    assert.equal(archive.uniqueName("x"), "x_2");
    assert.equal(archive.uniqueName("x_1"), "x_1_1");
    assert.throws(() => archive.uniqueName("a b"), has("PERSIST_INVALID_NAME"));
  });

  it("keeps what its items share", async () => {
    const axis = [0, 1];
    const archive = new Archive();
    archive.insert({ a: { axis } });
    archive.insert({ b: { axis }, axis });
    const {
      a,
      b,
      axis: restored,
    } = restore(archive.toString()) as { a: { axis: unknown }; b: { axis: unknown }; axis: unknown };
    assert.equal(a.axis, restored);
    assert.equal(b.axis, restored);
    const path = join(temporaryDirectory(), "run");
    await archive.save(path);
    assert.equal(
      difference({ a: { axis }, b: { axis }, axis }, inOrder(await open(path), ["a", "b", "axis"])),
      null,
    );
  });

  it("takes its items as they are when it is written", () => {
    const archive = new Archive();
    const list = [1];
    archive.insert({ list });
    list.push(2);
    assert.deepEqual(restore(archive.toString())["list"], [1, 2]);
  });

  it("hands its options to save, which may be given others", async () => {
    const directory = temporaryDirectory();
    const archive = new Archive({ form: "module", single: true });
    archive.insert({ state: { n: 1 } });
    assert.match(archive.toString(), /^export default|as default/m);
    assert.equal((await archive.save(join(directory, "a"))).path, join(directory, "a.mjs"));
    assert.equal(
      (await archive.save(join(directory, "b"), { form: "package" })).path,
      join(directory, "b", "index.js"),
    );
    await assert.rejects(archive.save(join(directory, "a")), has("PERSIST_EXISTS"));
  });
});

describe("stringify", () => {
  it("writes every array into the text, whatever its length", async () => {
    const items = {
      short: Float64Array.of(0.1, -0, NaN, Infinity),
      long: Float64Array.from({ length: 5000 }, (_, i) => Math.sqrt(i)),
      big: BigInt64Array.of(1n, -(2n ** 63n)),
      grid: new NDArray({
        data: Float32Array.from({ length: 60 }, (_, i) => i / 3),
        shape: [3, 10],
        dtype: "complex64",
      }),
    };
    const text = stringify(items);
    assert.ok(!text.includes("load("), "no file is needed");
    assert.equal(difference(items, { ...restore(text) }), null);
    assert.equal(difference(items, inOrder(await evaluate(text), Object.keys(items))), null);
  });

  it("writes what a person would", () => {
    const axis = [0, 0.5, 1];
    const text = stringify({ left: { axis, name: "left" }, right: { axis, count: 2n, when: new Date(0) } });
    assert.equal(
      text,
      `// persist-archive format 1
const axis = [0, 0.5, 1];
export const left = { axis, name: "left" };
export const right = { axis, count: 2n, when: new Date(0) };
`,
    );
  });

  it("keeps the order of the items, and writes regular expressions and arrays as a person would", async () => {
    const psi = new NDArray({ data: new Float64Array([0.1, 0.2, 0.3, 0.4]), shape: [2, 2] });
    const items = {
      version: 3,
      set: { word: /\w+\/[a-z]/gi, greek: /\p{L}/u },
      sine: Math.sin,
      psi,
      last: null,
    };
    const text = stringify(items);
    assert.equal(
      text,
      `// persist-archive format 1
export const version = 3;
export const set = { word: /\\w+\\/[a-z]/gi, greek: new RegExp("\\\\p{L}", "u") };
export const sine = Math.sin;
export const psi = {
  data: new Float64Array([0.1, 0.2, 0.3, 0.4]),
  shape: [2, 2],
  stride: [2, 1],
  offset: 0,
  dtype: "float64",
  attributes: {},
  [Symbol.for("persist-archive.NDArray")]: true,
};
export const last = null;
`,
    );
    assert.equal(difference(items, { ...restore(text) }), null);
    assert.equal(difference(items, inOrder(await evaluate(text), Object.keys(items))), null);
  });

  it("writes a few small members beside large ones as literals", async () => {
    const rows = Array.from({ length: 9000 }, (_, id) => ({ id, name: `row ${id}`, value: id / 3 }));
    const items = { run: { title: "a run", owner: { name: "x", tags: ["a"] }, rows, done: { ok: true } } };
    const text = stringify(items);
    assert.ok(text.includes('  owner: { name: "x", tags: ["a"] },\n'), text.slice(0, 300));
    assert.ok(text.includes("  done: { ok: true },\n"), text.slice(-300));
    assert.match(text, /rows: \[\n {4}\.\.\.JSON\.parse\(/);
    assert.equal(difference(items, { ...restore(text) }), null);
    assert.equal(difference(items, await evaluate(text)), null);
  });

  it("closes cycles by assignment to placeholders", async () => {
    const node: Record<string, unknown> = { name: "a" };
    node["self"] = node;
    node["list"] = [node, new Map([[node, new Set([node])]])];
    const text = stringify({ node });
    assert.equal(difference({ node }, { ...restore(text) }), null);
    assert.equal(difference({ node }, await evaluate(text)), null);
  });

  it("asks the rules about plain objects and arrays, too", async () => {
    const rule: Rule = (value, code) =>
      "unit" in value
        ? code`new Map([["unit", ${(value as { unit: unknown }).unit}]])`
        : Array.isArray(value) && value.length > 2000
          ? code`new Set([${value.length}])`
          : undefined;
    const long = Array.from({ length: 3000 }, (_, k) => k);
    const shared = { unit: "nm" };
    const items = { list: [shared, [shared, { x: 1, y: [2] }]], long, short: [1, 2] };
    const nm = new Map([["unit", "nm"]]);
    const expected = { list: [nm, [nm, { x: 1, y: [2] }]], long: new Set([3000]), short: [1, 2] };
    const text = stringify(items, { rules: [rule] });
    assert.equal(difference(expected, { ...restore(text) }), null);
    assert.equal(difference(expected, await evaluate(text)), null);
  });

  it("says where a rule or a [represent] failed, and why", () => {
    const cause = new Error("no metric");
    const fail = (): never => {
      throw cause;
    };
    const items = { runs: [{}, { grid: { n: 3 } }] };
    const failing = { runs: [{}, { grid: { [represent]: fail } }] };
    const vague = { runs: [{}, { grid: { [represent]: () => "new Grid()" } }] };
    const isTold = (what: RegExp) => (error: unknown) =>
      isPersistError(error, "PERSIST_UNSUPPORTED_VALUE") &&
      error.keyPath === ".runs[1].grid" &&
      what.test(error.message) &&
      (error.cause === undefined || error.cause === cause);
    const rule: Rule = (value) => ("n" in (value as object) ? fail() : undefined);
    assert.throws(() => stringify(items, { rules: [rule] }), isTold(/ has a rule that threw: no metric$/));
    assert.throws(() => stringify(failing), isTold(/ has a \[represent\] that threw: no metric$/));
    assert.throws(() => stringify(vague), isTold(/ did not return what code/));
  });

  it("writes values by the caller's rules, and tells them apart from what no rule knows", () => {
    class Celsius {
      readonly degrees: number;
      constructor(degrees: number) {
        this.degrees = degrees;
      }
    }
    const rule: Rule = (value, code) =>
      value instanceof Celsius ? code`new Map([["celsius", ${value.degrees}]])` : undefined;
    const items = { t: new Celsius(21), plain: { degrees: 1 } };
    assert.deepEqual(
      { ...restore(stringify(items, { rules: [rule] })) },
      { t: new Map([["celsius", 21]]), plain: { degrees: 1 } },
    );
    assert.throws(
      () => stringify(items),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED_VALUE") && error.keyPath === ".t",
    );
  });

  it("gives the same text for equal graphs that were built in another order", () => {
    const build = (first: "a" | "b"): object => {
      const made: Record<string, object> = {};
      for (const key of first === "a" ? ["a", "b"] : ["b", "a"]) made[key] = { key };
      return { one: made["a"], two: made["b"], list: [made["b"], made["a"]] };
    };
    assert.equal(stringify({ ...build("a") }), stringify({ ...build("b") }));
  });

  it("refuses items that are no object", () => {
    for (const items of [null, undefined, 3, "text"])
      assert.throws(() => stringify(items as never), TypeError);
    assert.equal(stringify({}), "// persist-archive format 1\n");
  });
});

describe("restore", () => {
  it("reads what a person has edited", () => {
    const text = `
      // the good run
      const shared = [1, 2, /* three */ 0x3,];
      export const a = {'list': shared, "odd key": +1.50e0,};
      export { shared as b }
    `;
    const { a, b } = restore(text) as { a: { list: unknown; "odd key": number }; b: unknown };
    assert.deepEqual(a, { list: [1, 2, 3], "odd key": 1.5 });
    assert.equal(a.list, b);
  });

  it("gives a null-prototype object", () => {
    const items = restore("export const toString = 1;");
    assert.equal(Object.getPrototypeOf(items), null);
    assert.deepEqual(Object.keys(items), ["toString"]);
  });

  it("has no files to read arrays from", async () => {
    const path = join(temporaryDirectory(), "run");
    const { path: index } = await save(path, { psi: new Float64Array(300) });
    const { readFileSync } = await import("node:fs");
    assert.throws(() => restore(readFileSync(index, "utf8")), has("PERSIST_UNSUPPORTED"));
  });

  it("keeps to its budgets", () => {
    const text = stringify({ list: Array.from({ length: 1000 }, (_, i) => ({ i })) });
    assert.throws(() => restore(text, { limits: { nodes: 100 } }), has("PERSIST_LIMIT"));
    assert.throws(() => restore(text, { limits: { text_bytes: 100 } }), has("PERSIST_LIMIT"));
    assert.equal((restore(text, { limits: { nodes: 1e6 } })["list"] as unknown[]).length, 1000);
  });

  it("takes text, and nothing else", () => {
    for (const text of [null, undefined, 3, Buffer.from("export const a = 1;")])
      assert.throws(() => restore(text as never), TypeError);
  });
});

function inOrder(items: Members, names: string[]): Members {
  return Object.fromEntries(names.map((name) => [name, items[name] as unknown]));
}
