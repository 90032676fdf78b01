import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { isPersistError, stringify } from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { parseByAll } from "../support/parsers.ts";
import { importFromProject, projectDirectory } from "../support/project.ts";
import type { Either, Kept } from "./case.ts";
import { directions, inProject } from "./directions.ts";
import type { Direction } from "./directions.ts";
import { liesTold } from "./lying.ts";
import { refusedCodeRan } from "./refused.ts";
import { either, kept, refused } from "./table.ts";

const counters = (
  await Promise.all(["./classes.mjs", "./exotic.mjs"].map((module) => importFromProject(module)))
).map((module) => module["calls"] as Record<string, number>);

/** How often code of the values' classes has run, in all. */
function codeRuns(): number {
  return counters.flatMap(Object.values<number>).reduce((a, b) => a + b, liesTold() + refusedCodeRan());
}

const families = new Map<string, Kept[]>();
for (const one of kept) {
  const family = one.name.split(":")[0]!;
  families.set(family, [...(families.get(family) ?? []), one]);
}
let file_count = 0;

/** Writes and reads values as items; what is wrong with what came back, or null. */
async function problemWith(
  values: unknown[],
  cases: Kept[],
  go: Direction,
  names: string[],
): Promise<string | null> {
  const runs = codeRuns();
  try {
    const given = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    const items = await go(given, `archive-${++file_count}`);
    if (codeRuns() !== runs) return "code of the value ran";
    for (const [i, { references = [], options, view = (value: unknown) => value, name }] of cases.entries()) {
      const problem = difference(view(values[i]), view(items[names[i]!]), {
        stack: "all",
        ...options,
        references,
      });
      if (problem !== null) return values.length === 1 ? problem : `${name}: ${problem}`;
    }
    return null;
  } catch (error) {
    if (codeRuns() !== runs) return "code of the value ran";
    return String(error).slice(0, 300);
  }
}

/** Writes and reads many cases as the items of one archive; what is wrong with each that did not come back, found by going through them one by one. */
async function problemsOf(cases: Kept[], go: Direction): Promise<string[]> {
  const values = cases.map(({ make }) => make());
  const names = cases.map((_, i) => `v${i}`);
  const together = await problemWith(values, cases, go, names);
  if (together === null) return [];
  const alone: string[] = [];
  for (const one of cases) {
    const problem = await problemOf(one, go);
    if (problem !== null) alone.push(`${one.name}: ${problem}`);
  }
  return alone.length > 0 ? alone : [`together: ${together}`];
}

/** Writes and reads a case; what is wrong with what came back, or null. */
function problemOf(one: Kept, go: Direction): Promise<string | null> {
  return problemWith([one.make()], [one], go, ["value"]);
}

/** What two directions prove well enough: large values, and most of the pairs of holders. */
function isRepeated(one: Kept, cases: Kept[]): boolean {
  return (
    /10\^5|70,000|million/.test(one.name) || (one.name.startsWith("cycle") && cases.indexOf(one) % 10 !== 0)
  );
}

/** What is wrong with how a value is refused, or null. */
function refusalProblem(value: unknown, keyPath: string | RegExp, code: string): string | null {
  const runs = codeRuns();
  let refusal: unknown;
  try {
    return `is kept: ${inProject(() => stringify({ value })).slice(0, 300)}`;
  } catch (error) {
    refusal = error;
  }
  if (codeRuns() !== runs) return "code of the value ran";
  if (!isPersistError(refusal)) return String(refusal);
  if (refusal.code !== code) return `the code is ${refusal.code}`;
  const path = String(refusal.keyPath);
  const below = path.slice(".value".length);
  const right = typeof keyPath === "string" ? below === keyPath : keyPath.test(below);
  if (!path.startsWith(".value") || !right) return `the key path is ${path}`;
  return refusal.message.includes(path) ? null : "the message does not name the place";
}

describe("values", () => {
  const prototypes = [Object.prototype, Array.prototype, Map.prototype, Function.prototype].map(
    (prototype) => [prototype, Reflect.ownKeys(prototype).length] as const,
  );
  afterEach(() => {
    for (const [prototype, count] of prototypes)
      assert.equal(Reflect.ownKeys(prototype).length, count, "a prototype was changed");
  });

  // first, since what cannot be kept is looked for in every module that was loaded
  describe("that cannot be kept", () => {
    for (const { name, make, keyPath, code = "PERSIST_UNSUPPORTED_VALUE" } of refused)
      it(`are refused: ${name}`, () => {
        const problem = refusalProblem(make(), keyPath, code);
        assert.equal(problem, null);
      });

    it("say so where they are of another realm, and what to do", () => {
      const value = runInNewContext("({ a: [1, new Map([[1, 2]])] })") as object;
      assert.throws(
        () => stringify({ value }),
        /^PersistError: \.value `Object` .*another realm.*structuredClone/,
      );
      assert.match(stringify({ value: structuredClone(value) }), /new Map\(\[\[1, 2\]\]\)/);
    });
  });

  for (const [direction, go] of Object.entries(directions))
    describe(`by ${direction}`, () => {
      const everything = direction === "stringify, import" || direction === "stringify, restore";
      for (const [family, cases] of families)
        it(`come back: ${family}`, async function () {
          this.timeout(120_000);
          const chosen = everything ? cases : cases.filter((one) => !isRepeated(one, cases));
          // an archive for each proves that a value needs no other; elsewhere one for all of them is as good, and takes a tenth of the time
          const groups = everything ? chosen.map((one) => [one]) : [chosen];
          const wrong: string[] = [];
          for (const group of groups) wrong.push(...(await problemsOf(group, go)));
          assert.deepEqual(wrong, []);
        });

      it("come back or are refused", async () => {
        const wrong: string[] = [];
        for (const one of either) {
          let refusal: unknown;
          const problem = await problemOf(one, async (items, file) => {
            try {
              return await go(items, file);
            } catch (error) {
              refusal = error;
              throw error;
            }
          });
          if (problem !== null && !isPersistError(refusal, "PERSIST_UNSUPPORTED_VALUE", "PERSIST_DETACHED"))
            wrong.push(`${one.name}: ${problem}`);
        }
        assert.deepEqual(wrong, []);
      });
    });

  describe("as text", () => {
    // The stack of an Error belongs to the value, and would say where it was made.
    const { stackTraceLimit } = Error;
    before(() => (Error.stackTraceLimit = 0));
    after(() => (Error.stackTraceLimit = stackTraceLimit));

    const textsOf = (): [Either | Kept, string][] =>
      kept.map((one) => [one, inProject(() => stringify({ value: one.make() }))]);
    let texts: [Either | Kept, string][];
    before(function () {
      this.timeout(120_000);
      texts = textsOf();
    });

    it("are read by two other parsers", function () {
      this.timeout(300_000);
      for (const readable of [false, true])
        for (const one of readable ? kept.filter((each) => !isRepeated(each, kept)) : kept) {
          const { name, make } = one;
          const text = inProject(() => stringify({ value: make() }, { readable }));
          assert.doesNotThrow(() => parseByAll(text), name);
          assert.ok(!/\p{Cs}/u.test(text), `${name}: a lone surrogate is not UTF-8`);
          assert.ok(
            !/persist-archive["'/]/.test(text.replace(/^.*\n/, "")) || /represented/.test(name),
            `${name}: imports this library`,
          );
        }
    });

    it("are the same at every call", function () {
      this.timeout(120_000);
      for (const [i, [{ name }, text]] of textsOf().entries()) assert.ok(text === texts[i]![1], name);
    });

    it("are the same in another process", function () {
      this.timeout(120_000);
      const here = texts.map(
        ([{ name }, text]) => `${createHash("sha256").update(text).digest("hex")} ${name}`,
      );
      const child = spawnSync(process.execPath, [fileURLToPath(new URL("texts.js", import.meta.url))], {
        cwd: projectDirectory,
        env: { ...process.env, PERSIST_TEST_PROJECT: projectDirectory },
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      assert.equal(child.status, 0, child.stderr);
      assert.deepEqual(child.stdout.trimEnd().split("\n"), here);
    });

    it("hold nothing of Node's pool but what Buffers show", () => {
      const secret = Buffer.from("a secret in the pool");
      const [one, two] = [Buffer.from("one"), Buffer.from("two")];
      assert.equal(one.buffer, secret.buffer, "all three lie in the pool");
      for (const value of [[one, two], [one, one.subarray(1)], { one, two, again: one }]) {
        const text = stringify({ value });
        assert.ok(text.length < 1000, text.slice(0, 300));
      }
    });

    it("hold no block when they are to be read by people", () => {
      for (const { name, make } of kept.filter((one) => one.name.startsWith("block: holds"))) {
        const text = inProject(() => stringify({ value: make() }, { readable: true }));
        assert.doesNotMatch(text, /JSON\.parse\(|String\.raw/, name);
      }
    });
  });
});
