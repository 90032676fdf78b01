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
import { notYet } from "./not-yet.ts";
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
    return difference(view(value), view(items["value"]), { ...options, references });
  } catch (error) {
    if (codeRuns() !== runs) return "code of the value ran";
    return String(error).slice(0, 300);
  }
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
      for (const [family, cases] of families)
        it(`come back: ${family}`, async function () {
          this.timeout(120_000);
          const wrong: string[] = [];
          for (const one of cases) {
            const problem = await problemOf(one, go);
            if ((problem !== null) !== notYet.has(one.name))
              wrong.push(`${one.name}: ${problem ?? "is kept, and said not to be"}`);
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
        const value = make();
        const runs = codeRuns();
        assert.throws(
          () => inProject(() => stringify({ value })),
          (error) => {
            assert.ok(isPersistError(error), String(error));
            assert.equal(error.code, code);
            const path = String(error.keyPath);
            assert.ok(path.startsWith(".value"), path);
            const below = path.slice(".value".length);
            if (typeof keyPath === "string") assert.equal(below, keyPath);
            else assert.match(below, keyPath);
            assert.ok(error.message.includes(path), "the message names the place");
            return true;
          },
        );
        assert.equal(codeRuns(), runs, "code of the value ran");
      });
  });

  describe("as text", () => {
    const texts = (): [Either | Kept, string][] =>
      kept
        .filter(({ name }) => !notYet.has(name))
        .map((one) => [one, inProject(() => stringify({ value: one.make() }))]);

    it("are read by two other parsers", function () {
      this.timeout(300_000);
      for (const readable of [false, true])
        for (const { name, make } of kept.filter((one) => !notYet.has(one.name))) {
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

    it("hold no block when they are to be read by people", () => {
      for (const { name, make } of kept.filter((one) => one.name.startsWith("block: holds"))) {
        const text = inProject(() => stringify({ value: make() }, { readable: true }));
        assert.doesNotMatch(text, /JSON\.parse\(|String\.raw/, name);
      }
    });
  });
});
