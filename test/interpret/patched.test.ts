// A program that has changed the intrinsics, or forbidden their change, gets the same values. Run in a process of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

const text = `// persist-archive format 1
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const p = { q: 1 };
export const a = [1, , "x\\u{41}", \`t\`, { b: 1, x: 2, ["y"]: 3, __proto__: p, ...p }, 1_0.5, 10n, /r/g];
export const m = new Map([[1, a]]), s = new Set([a]), f = new Float64Array([1, 2]), d = new Date(0), e = new Error("m", { cause: a });
export const j = JSON.parse(String.raw\`[{"k": [1]}]\`), u = new URL("http://a/?b"), z = new Uint8Array(bytes("AAEC"));
m.set(2, 3); Object.defineProperty(p, "h", { value: 4 }); Object.assign(p, { i: 5 }); Array.prototype.push.call(a, 6);
export { l }; const l = [...j, ...a];
import { Grid } from "x";
`;

const program = (before: string, after: string): string => `
import { interpret } from "#dist/interpret/interpret.js";
const text = ${JSON.stringify(text)};
const options = { resolveImport: () => ({ Grid: class {} }) };
const show = (v) => util.inspect(v, { depth: 9 }).replace(/ at .*/g, "");
import util from "node:util";
const write = process.stdout.write.bind(process.stdout);
const first = [interpret(text, options), interpret(text, { ...options, only: ["l", "m"] })];
${before}
const second = [interpret(text, options), interpret(text, { ...options, only: ["l", "m"] })];
${after}
if (show(first) !== show(second)) write("different: " + show(second));
else write("same");
`;

function run(before: string, after = ""): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program(before, after)],
    {
      encoding: "utf8",
      cwd: new URL("../../..", import.meta.url),
    },
  );
  return stdout || stderr;
}

describe("changed intrinsics", () => {
  it("do not matter when they are methods and functions", () => {
    const patch = `
      const boom = () => { throw new Error("a changed intrinsic was called"); };
      const saved = [];
      for (const C of [Object, Array, String, Number, Map, Set, WeakMap, RegExp, JSON, Reflect, Symbol, Uint8Array, Math, Date, BigInt, Error, Function])
        for (const holder of [C, C.prototype])
          for (const key of holder ? Reflect.ownKeys(holder) : []) {
            const d = Object.getOwnPropertyDescriptor(holder, key);
            if (key === "constructor" || key === "prototype" || !d.configurable || typeof d.value !== "function") continue;
            saved.push([holder, key, d]);
          }
      const { defineProperty } = Object;
      for (let i = 0; i < saved.length; i++) defineProperty(saved[i][0], saved[i][1], { value: boom, configurable: true, writable: true });`;
    assert.equal(
      run(
        patch,
        "for (let i = 0; i < saved.length; i++) defineProperty(saved[i][0], saved[i][1], saved[i][2]);",
      ),
      "same",
    );
  });

  it("do not matter when they are setters on Object.prototype and Array.prototype", () => {
    const patch = `
      const boom = { set() { throw new Error("a setter was called"); }, get() { return undefined; }, configurable: true };
      for (const key of ["a", "b", "x", "y", "q", "k", "name", "cause2"]) { Object.defineProperty(Object.prototype, key, boom); Object.defineProperty(Array.prototype, key, boom); }`;
    const unpatch =
      'for (const key of ["a", "b", "x", "y", "q", "k", "name", "cause2"]) { delete Object.prototype[key]; delete Array.prototype[key]; }';
    assert.equal(run(patch, unpatch), "same");
  });

  it("do not matter when they are frozen", () => {
    assert.equal(
      run(
        "for (const C of [Object, Array, Map, Set, Error, Function]) { Object.freeze(C); Object.freeze(C.prototype); }",
      ),
      "same",
    );
  });
});
