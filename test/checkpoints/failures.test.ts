// Checkpoints whose writing fails: the run goes on, the last good step stays, nothing half is left, and the next save tries again.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Checkpoints, isPersistError } from "persist-archive";
import { runStruck } from "../faults/preload.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ENOSPC = 28;
const EIO = 5;

/** Saves step 2 while one operation fails, then step 3; tells what became of each. */
const RUN = `
import { Checkpoints } from "persist-archive";
const [directory] = process.argv.slice(1);
const below = process.env.FAULT_DIRECTORY;
const state = (step) => ({ step, x: new Float64Array(20_000).fill(step), fixed: new Float64Array(20_000) });
delete process.env.FAULT_DIRECTORY;
const checkpoints = await Checkpoints.open(directory, { keep: 2 });
await (await checkpoints.save(1, state(1))).durable;
process.env.FAULT_DIRECTORY = below;
const second = await checkpoints.save(2, state(2)).then(({ durable }) => durable).then(() => "done", ({ code }) => code);
delete process.env.FAULT_DIRECTORY;
const { durable } = await checkpoints.save(3, state(3));
await durable;
await checkpoints.close();
console.log(JSON.stringify({ second, steps: await checkpoints.steps() }));
`;

describe("checkpoints on a disk that fails", function () {
  this.timeout(120_000);

  for (const [name, errno] of [
    ["is full", ENOSPC],
    ["has errors", EIO],
  ] as const)
    it(`keep the last good step when it ${name}, at whichever operation`, async () => {
      const total = runStruck(RUN, { directory: join(temporaryDirectory(), "run"), at: 0, how: errno }, [
        join(temporaryDirectory(), "run"),
      ]);
      assert.equal(total.status, 0, total.errors);
      const outcomes = new Map<string, number>();
      for (let at = 1; ; at++) {
        const directory = join(temporaryDirectory(), "run");
        const { status, output, errors, operations } = runStruck(RUN, { directory, at, how: errno }, [
          directory,
        ]);
        assert.equal(status, 0, `operation ${at}: ${errors}`);
        const { second, steps } = JSON.parse(output) as { second: string; steps: number[] };
        outcomes.set(second, (outcomes.get(second) ?? 0) + 1);
        const checkpoints = await Checkpoints.open(directory);
        const found = await checkpoints.latest({ verify: true });
        assert.equal(found?.step, 3, `operation ${at}`);
        assert.deepEqual(found.skipped, []);
        // a sync that fails may be the last, of a step that has its name already
        const good = { done: [2], PERSIST_IO: [1], PERSIST_DURABILITY_UNKNOWN: [1, 2] }[second];
        assert.ok(good?.includes(steps[0]!), `operation ${at}: ${second}, ${steps.join()}`);
        assert.ok((found.items["x"] as Float64Array).every((value) => value === 3));
        assert.deepEqual(
          readdirSync(directory).filter((entry) => !/^(?:_lock|step-\d+)$/.test(entry)),
          [],
        );
        if (operations! < at) break;
      }
      console.log(`      ${JSON.stringify(Object.fromEntries(outcomes))}`);
      assert.ok(outcomes.get("PERSIST_IO")! > 10);
    });

  it("go on when a full disk has room again", async function () {
    const disk = join(temporaryDirectory(), "disk");
    mkdirSync(disk);
    // only root may mount; the failures above are the same without
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]).status !== 0) this.skip();
    try {
      const checkpoints = await Checkpoints.open(disk, { keep: 1 });
      await (
        await checkpoints.save(1, { x: new Float64Array(100_000).fill(1) })
      ).durable;
      const { durable } = await checkpoints.save(2, { x: new Float64Array(600_000).fill(2) });
      await assert.rejects(
        durable,
        (error) => isPersistError(error, "PERSIST_IO") && /ENOSPC|No space/.test(error.message),
      );
      assert.deepEqual(readdirSync(disk).toSorted(), ["_lock", "step-000000001"]);
      await (
        await checkpoints.save(3, { x: new Float64Array(200_000).fill(3) })
      ).durable;
      await checkpoints.close();
      assert.deepEqual(await checkpoints.steps(), [3]);
    } finally {
      // what is mapped keeps the file system busy; it goes with the last mapping
      execFileSync("umount", ["--lazy", disk]);
    }
  });
});
