import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { PersistError, restore, stringify } from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { projectDirectory } from "../support/project.ts";
import { directions } from "./directions.ts";
import { giants, limits } from "./shapes.ts";

const doors = [
  "stringify, import",
  "stringify, restore",
  "save package, open",
  "save module, require",
].filter((door) => door in directions);

/** All giants by all doors take half an hour; without this, the first goes by all of them and each of the others by one. */
const everyDoor = process.env["PERSIST_EVERY_DOOR"] === "1";

interface Outcome {
  problem: string | null;
  elapsed_ms: number;
  memory_bytes: number;
}

async function runGiant(name: string, door: string): Promise<Outcome> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("giant.js", import.meta.url)), name, door], {
    cwd: projectDirectory,
    env: { ...process.env, PERSIST_TEST_PROJECT: projectDirectory },
  });
  // the run that hangs must not keep the tests from ending
  const stop = setTimeout(() => child.kill("SIGKILL"), 110_000);
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  clearTimeout(stop);
  try {
    return JSON.parse(out) as Outcome;
  } catch {
    return { problem: errors.trim().slice(-600) || "the process died", elapsed_ms: 0, memory_bytes: 0 };
  }
}

describe("shape", () => {
  for (const [i, name] of Object.keys(giants).entries())
    for (const door of everyDoor || i === 0 ? doors : [doors[i % doors.length]!])
      it(`${name}, by ${door}`, async function () {
        this.timeout(120_000);
        const { problem, elapsed_ms, memory_bytes } = await runGiant(name, door);
        console.log(`      ${Math.round(elapsed_ms)} ms, ${Math.round(memory_bytes / 1e6)} MB`);
        assert.equal(problem, null);
      });

  for (const door of doors.slice(0, 2))
    describe(`at the engine's limits, by ${door}`, () => {
      for (const [name, make] of Object.entries(limits))
        it(name, async function () {
          this.timeout(60_000);
          let problem: string | null;
          try {
            const value = make();
            const items = await directions[door]!(
              { value },
              `shape-${door.replace(/\W/g, "")}-${name.replace(/\W/g, "")}`,
            );
            problem = difference(value, items["value"]);
          } catch (error) {
            problem = String(error);
          }
          assert.equal(problem, null);
        });
    });

  it("10^5 items", async function () {
    this.timeout(60_000);
    const items = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`item${i}`, { i }]));
    const restored = await directions["stringify, restore"]!(items, "");
    assert.equal(Object.keys(restored).length, 100_000);
    assert.equal(difference(items, { ...restored }), null);
  });

  it("a text beyond V8's longest string is refused before anything is written", function () {
    this.timeout(60_000);
    const long = "x".repeat(1 << 28);
    assert.throws(
      () => stringify({ a: long, b: `${long}y`, c: `${long}z` }),
      (error) => error instanceof PersistError && error.code === "PERSIST_LIMIT",
    );
    assert.throws(
      () => stringify({ lines: "\n".repeat(1 << 28) }), // two characters for each
      (error) => error instanceof PersistError && error.code === "PERSIST_LIMIT",
    );
  });

  it("long strings are written as short ones are, wherever a pair of surrogates stands", function () {
    this.timeout(60_000);
    for (const length of [2 ** 26 - 1, 2 ** 26]) {
      const long = `${"x".repeat(length)}\u{1f600}\ud83d\n"y"`;
      const written = stringify({ long });
      assert.ok(written.includes(JSON.stringify(long)));
      assert.equal(restore(written)["long"], long);
    }
  });
});
