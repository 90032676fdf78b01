// A run with checkpoints, stopped by a crash of the machine: the newest step that is found is the last one that was acknowledged or a later one, whole, with the frames
// of its trajectory, and the run goes on from it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Checkpoints, readArray, type CheckpointsOptions, type Latest } from "persist-archive";
import { loaderName, loaderText } from "#dist/store/loader.js";
import { difference } from "../support/isomorphic.ts";
import type { Life } from "./life.ts";

const SYNCS: ReadonlyMap<string, RegExp> = new Map([
  ["the array files", /\/_arrays\/[^/]+\.(?:npy|npz)$/],
  ["the directory of the array files", /\/_arrays$/],
  ["the array loader", /\/_load-\w+\.js$/],
  ["the package.json", /\/package\.json$/],
  ["the manifest", /\/_arrays\.json$/],
  ["the module", /\/index\.js$/],
  ["the directory of a step", /\/\.step-\d+\.\w+\.tmp$/],
  ["the trajectory", /\/path\.npy$/],
  ["the series", /\/series$/],
  ["the directory above", /^$/],
]);

/** The second run goes on from the first; it finds the array that never changes by its checksum. */
const RUNS: readonly { readonly options: CheckpointsOptions; readonly steps: readonly number[] }[] = [
  { options: { keep: 2 }, steps: [0, 1, 2] },
  { options: { keep: 1 }, steps: [3, 4] },
  { options: { keep: 2, arrays: "npz" }, steps: [5] },
];

const FRAME = { dtype: "float64", shape: [2] };

/** One array changes at each step, and one, large enough to be linked, never does. */
function stateOf(step: number): Record<string, unknown> {
  return { step, x: new Float64Array(200).fill(step), fixed: new Float64Array(8192).fill(1 / 3) };
}

export const checkpointsLife: Life = {
  syncs: SYNCS,
  async run(directory, durability, mark) {
    for (const { options, steps } of RUNS) {
      mark("begin", steps[0]!);
      const checkpoints = await Checkpoints.open(join(directory, "series"), {
        ...options,
        durability: durability === "process" ? "process" : "full",
      });
      const from = steps[0] === 0 ? null : steps[0]! - 1;
      const path = await checkpoints.trajectory("path", { ...FRAME, from });
      for (const step of steps) {
        mark("begin", step);
        await path.append(Float64Array.of(step, -step));
        await (
          await checkpoints.save(step, stateOf(step))
        ).durable;
        mark("ack", step);
      }
      await checkpoints.close();
    }
  },
  async check(directory, acknowledged, begun) {
    const series = join(directory, "series");
    const checkpoints = await Checkpoints.open(series, { durability: "process" });
    const found = await checkpoints.latest({ verify: true, map: false });
    assert.ok((found?.step ?? -1) >= acknowledged, "a step that was acknowledged is gone");
    assert.ok((found?.step ?? -1) <= begun, "a step that never was");
    if (found !== null) checkStep(series, found);
    const from = found?.step ?? null;
    const path = await checkpoints.trajectory("path", { ...FRAME, from });
    const next = from === null ? 0 : from + 1;
    await path.append(Float64Array.of(next, -next));
    await (
      await checkpoints.save(next, stateOf(next))
    ).durable;
    await checkpoints.close();
    const { data } = await readArray(join(series, "path.npy"));
    const frames = Array.from({ length: next + 1 }, (_, step) => [step, -step]).flat();
    assert.deepEqual(Array.from(data as Float64Array), frames, "the frames are others");
    const again = await checkpoints.latest({ map: false });
    assert.equal(again?.step, next);
    assert.equal(difference(stateOf(next), { ...again.items }), null);
  },
};

function checkStep(series: string, { step, items, skipped }: Latest): void {
  assert.deepEqual(skipped, [], "a step that has its name is not whole");
  assert.equal(difference(stateOf(step), { ...items }), null);
  // what only an import needs
  const directory = join(series, `step-${String(step).padStart(9, "0")}`);
  const { type } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { type: string };
  assert.equal(type, "module");
  assert.ok(
    readFileSync(join(directory, loaderName("package")), "utf8") === loaderText,
    "the loader is not whole",
  );
}
