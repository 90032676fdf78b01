// A run that is killed at random moments, again and again: it goes on from a complete step no older than the last that was said to be durable, and ends
// with the same bits as a run that was left alone. `npm run kills` is the long version.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Checkpoints, readArray, type CheckpointsOptions } from "persist-archive";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const program = fileURLToPath(new URL("simulation.js", import.meta.url));
const KILLS = Number(process.env["PERSIST_KILLS"] ?? 20);
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const STEPS = 400;

type Line = { resumed: number; skipped: number } | { durable: number } | { hash: string };

describe(`a run with checkpoints that is killed ${KILLS} times (SEED=${SEED})`, function () {
  this.timeout(30_000 + KILLS * 5_000);
  const next = randomNumbers(SEED);
  let undisturbed: string;
  let frames: Float64Array;

  before(async () => {
    const directory = temporaryDirectory();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [program, directory, String(STEPS), '{"keep":1}'],
      { encoding: "utf8" },
    );
    undisturbed = /"hash":"(\w+)"/.exec(stdout)?.[1] ?? assert.fail(stderr);
    frames = await framesIn(directory);
  });

  const framesIn = async (directory: string, file = "path.npy"): Promise<Float64Array> => {
    const { data, shape } = await readArray(join(directory, file));
    assert.deepEqual(shape, [STEPS, 10]);
    return data as Float64Array;
  };

  const variants: CheckpointsOptions[] = [{ keep: 3 }, { keep: 2, arrays: "hdf5", pending: 2 }];
  for (const options of variants)
    it(`ends as if it had not been: ${JSON.stringify(options)}`, async () => {
      const directory = temporaryDirectory();
      let durable = 0;
      let kills = 0;
      for (;;) {
        // a number of kills for each variant, then it is left alone
        const isKilled = kills < KILLS / variants.length;
        const child = spawn(process.execPath, [program, directory, String(STEPS), JSON.stringify(options)], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const ended = once(child, "close");
        let hash: string | undefined;
        let resumed: (() => void) | undefined;
        const begun = new Promise<void>((resolve) => (resumed = resolve));
        createInterface(child.stdout).on("line", (text) => {
          const line = JSON.parse(text) as Line;
          if ("resumed" in line) {
            assert.ok(line.resumed >= durable, `step ${line.resumed}, though ${durable} was durable`);
            assert.equal(line.skipped, 0);
            resumed!();
          } else if ("durable" in line) durable = Math.max(durable, line.durable);
          else hash = line.hash;
        });
        await Promise.race([begun, ended]);
        if (isKilled) {
          await Promise.race([setTimeout(next() * 200), ended]);
          child.kill("SIGKILL");
        }
        await ended;
        if (hash !== undefined) {
          assert.equal(hash, undisturbed);
          break;
        }
        kills++;
      }
      assert.ok(kills > 0);
      const { ok, problems } = await (await Checkpoints.open(directory)).verify();
      assert.deepEqual(problems, []);
      assert.ok(ok);
      assert.ok(readdirSync(directory).every((name) => /^(?:_lock|path\.(?:npy|h5)|step-\d{9})$/.test(name)));
      const isHdf5 = options.arrays === "hdf5";
      assert.deepEqual(await framesIn(directory, isHdf5 ? "path.h5#path" : undefined), frames);
    });
});
