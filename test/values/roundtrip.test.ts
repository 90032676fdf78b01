import assert from "node:assert/strict";
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

/** Writes and reads a case; what is wrong with what came back, or null. */
async function problemOf(
  { make, references = [], options, view = (value) => value }: Kept,
  go: Direction,
): Promise<string | null> {
  const value = make();
  const runs = codeRuns();
  try {
    const items = await go({ value }, `archive-${++file_count}`);
    if (codeRuns() !== runs) return "code of the value ran";
    return difference(view(value), view(items["value"]), { stack: "all", ...options, references });
  } catch (error) {
    if (codeRuns() !== runs) return "code of the value ran";
    return String(error).slice(0, 300);
  }
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

  for (const [direction, go] of Object.entries(directions))
    describe(`by ${direction}`, () => {
      const everything = direction === "stringify, import" || direction === "stringify, restore";
      for (const [family, cases] of families)
        it(`come back: ${family}`, async function () {
          this.timeout(120_000);
          const wrong: string[] = [];
          for (const one of cases) {
            if (!everything && isRepeated(one, cases)) continue;
            const problem = await problemOf(one, go);
            if (problem !== null) wrong.push(`${one.name}: ${problem}`);
          }
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

  describe("that cannot be kept", () => {
    for (const { name, make, keyPath, code = "PERSIST_UNSUPPORTED_VALUE" } of refused)
      it(`are refused: ${name}`, () => {
        const problem = refusalProblem(make(), keyPath, code);
        assert.equal(problem, null);
      });
  });

  describe("as text", () => {
    // The stack of an Error belongs to the value, and would say where it was made.
    const { stackTraceLimit } = Error;
    before(() => (Error.stackTraceLimit = 0));
    after(() => (Error.stackTraceLimit = stackTraceLimit));

    const texts = (): [Either | Kept, string][] =>
      kept.map((one) => [one, inProject(() => stringify({ value: one.make() }))]);

    it("are read by two other parsers", function () {
      this.timeout(300_000);
      for (const readable of [false, true])
        for (const { name, make } of kept) {
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
      const first = texts().map(([, text]) => text);
      for (const [i, [{ name }, text]] of texts().entries()) assert.ok(text === first[i], name);
    });

    it("are the same in another process", function () {
      this.timeout(120_000);
      const here = texts().map(
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
