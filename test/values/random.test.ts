import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { restore, stringify } from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { parseByAll } from "../support/parsers.ts";
import { projectDirectory } from "../support/project.ts";
import { inProject, trustIn } from "./directions.ts";
import { build, coverageOf, kinds, recipeOf, shrink } from "./random.ts";
import type { Recipe } from "./random.ts";
import { addRules } from "./rules.ts";
import { kept } from "./table.ts";

const graph_count = Number(process.env["PERSIST_RANDOM_GRAPHS"] ?? 10_000);
const first_seed = Number(process.env["PERSIST_RANDOM_SEED"] ?? 1);
/** Graphs in one module: a module for each would take most of the time. */
const batch_size = 100;
let file_count = 0;

/** Writes graphs into one text, and reads it by both doors; what went wrong, or null. */
async function problemOf(recipes: Recipe[], readable: boolean): Promise<string | null> {
  const items = (): Record<string, unknown> =>
    Object.fromEntries(recipes.map((recipe, i) => [`g${i}`, build(recipe)]));
  try {
    const text = inProject(() => stringify(items(), { readable }));
    if (text !== inProject(() => stringify(items(), { readable })))
      return "the text is another the second time";
    parseByAll(text);
    const path = join(projectDirectory, `random-${++file_count}.mjs`);
    await writeFile(path, text);
    const imported = { ...((await import(pathToFileURL(path).href)) as object) };
    const restored = { ...restore(text, await trustIn(text, projectDirectory)) };
    return (
      prefixed("import", difference(sorted(items()), sorted(imported))) ??
      prefixed("restore", difference(sorted(items()), sorted(restored)))
    );
  } catch (error) {
    return String(error instanceof Error ? error.stack : error);
  }
}

function prefixed(door: string, problem: string | null): string | null {
  return problem === null ? null : `by ${door}, ${problem}`;
}

/** Namespaces list their names by alphabet. */
function sorted(items: object): object {
  return Object.fromEntries(Object.entries(items).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe("random graphs", () => {
  it("are the same for the same seed", () => {
    for (let seed = 1; seed <= 200; seed++) {
      assert.deepEqual(recipeOf(seed), recipeOf(seed));
      assert.equal(difference(build(recipeOf(seed)), build(recipeOf(seed))), null);
    }
  });

  it("reach every kind of node", () => {
    const coverage = coverageOf(Array.from({ length: 2000 }, (_, seed) => recipeOf(seed)));
    const rare = [...coverage].filter(([, count]) => count < 50);
    assert.deepEqual(rare, []);
  });

  it("reach every rule of representation that the table of values reaches", function () {
    this.timeout(300_000);
    const expected = new Set<string>();
    for (const { name, make } of kept)
      if (!/^cycle|^block|10\^|70,000|million/.test(name)) addRules(make(), expected);
    const reached = new Set<string>();
    for (let seed = 0; seed < 2000; seed++) addRules(build(recipeOf(seed)), reached);
    console.log(`      ${reached.size} rules: ${[...reached].toSorted().join(", ")}`);
    assert.deepEqual(
      [...expected].filter((rule) => !reached.has(rule)),
      [],
    );
  });

  it("are cut down to the smallest that shows a fault", async () => {
    const hasFrozenMap = (recipe: Recipe): boolean =>
      recipe.some(({ kind, integrity }) => kind === "Map" && integrity === "frozen");
    const seed = Array.from({ length: 1000 }, (_, i) => i).find(
      (i) => hasFrozenMap(recipeOf(i)) && recipeOf(i).length > 10,
    )!;
    const smallest = await shrink(recipeOf(seed), async (recipe) => Promise.resolve(hasFrozenMap(recipe)));
    assert.deepEqual(smallest, [{ kind: "Map", edges: [], variant: 0, integrity: "frozen" }]);
  });

  it(`come back, ${graph_count} of them from seed ${first_seed}, by import and restore`, async function () {
    this.timeout(20_000 + graph_count * 200);
    const recipes: Recipe[] = [];
    for (let seed = first_seed; seed < first_seed + graph_count; seed += batch_size) {
      const batch = Array.from({ length: Math.min(batch_size, first_seed + graph_count - seed) }, (_, i) =>
        recipeOf(seed + i, kinds),
      );
      recipes.push(...batch);
      const readable = (seed / batch_size) % 4 < 1;
      if ((await problemOf(batch, readable)) === null) continue;
      for (const [i, recipe] of batch.entries())
        if ((await problemOf([recipe], readable)) !== null) {
          const smallest = await shrink(
            recipe,
            async (candidate) => (await problemOf([candidate], readable)) !== null,
          );
          assert.fail(
            `seed ${seed + i}${readable ? ", readable" : ""}: ${await problemOf([smallest], readable)}\n${JSON.stringify(smallest)}`,
          );
        }
      assert.fail(
        `seeds ${seed} to ${seed + batch.length - 1} together: ${await problemOf(batch, readable)}`,
      );
    }
    const coverage = [...coverageOf(recipes)].toSorted(([, a], [, b]) => b - a);
    console.log(`      nodes by kind: ${coverage.map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
  });
});
