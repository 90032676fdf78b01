// The life of a data set (script.ts), stopped by a crash of the machine: what was acknowledged must be there, whole, and nothing half there; the next writer goes on.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataSet } from "persist-archive";
import { loaderName, loaderText } from "#dist/store/loader.js";
import type { Life } from "./life.ts";
import { contents, findContent, OPTIONS, stepsOf, type Content } from "./script.ts";

const SYNCS: ReadonlyMap<string, RegExp> = new Map([
  ["the module of a version", /\/runs\/[^/]+~\w+\.js$/],
  ["the array files of a version", /\/runs\/[^/]+~\w+\.\w+\.npy$/],
  ["the directory", /\/runs$/],
  ["the journal", /\/runs\/_journal\.\d+\.jsonl$/],
  ["the index of a compaction", /\/runs\/\.index\.js\.\w+\.tmp$/],
  ["the array loader", /\/\._load-\w+\.js\.\w+\.tmp$/],
  ["the index of a new set", /\/\.runs\.\w+\.tmp\/index\.js$/],
  ["the package.json of a new set", /\/package\.json$/],
  ["the directory of a new set", /\/\.runs\.\w+\.tmp$/],
  ["the directory above a new set", /^$/],
]);

/** @param script as {@link stepsOf} has it */
export function dataSetLife(script: number): Life {
  const steps = stepsOf(script);
  // the first content is that before the first step: an empty set
  const expected = contents(steps);
  return {
    syncs: SYNCS,
    async run(directory, durability, mark) {
      mark("begin", 0);
      const set = await DataSet.open(join(directory, "runs"), { ...OPTIONS, mode: "a", durability });
      mark("ack", 0);
      for (const [k, step] of steps.entries()) {
        mark("begin", k + 1);
        await step.run(set);
        mark("ack", k + 1);
      }
      await set.close();
    },
    async check(directory, acknowledged, begun) {
      const path = join(directory, "runs");
      if (acknowledged >= 0 || existsSync(path))
        await checkSet(path, expected.slice(Math.max(acknowledged, 0), begun + 1));
    },
  };
}

async function checkSet(path: string, possible: readonly Content[]): Promise<void> {
  const at = await findContent(path, possible);
  const { type } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as { type: string };
  assert.equal(type, "module");
  if (possible[at]!.has("psi"))
    assert.ok(
      readFileSync(join(path, loaderName("package")), "utf8") === loaderText,
      "the loader is not whole",
    );
  const set = await DataSet.open(path, { ...OPTIONS, mode: "r+", durability: "process" });
  try {
    await set.insert({ after: 1 });
    await set.compact();
    const [problem] = (await set.verify()).problems;
    assert.equal(problem, undefined, `after the next writer: ${problem?.code} ${problem?.message}`);
  } finally {
    await set.close();
  }
  await findContent(path, [new Map([...possible[at]!, ["after", { value: 1, info: {} }]])]);
}
