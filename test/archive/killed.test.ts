// A process that saves again and again and is killed at a random moment, and a disk that is really full.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isPersistError, open, save, type SaveOptions } from "persist-archive";
import type { Members } from "../support/project.ts";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Each state knows its own step, in the text and in both arrays: a mixture of two is seen. */
const SAVE_FOREVER = `
import { save } from "persist-archive";
const [path, options, from] = process.argv.slice(1);
for (let step = Number(from); ; step++) {
  await save(path, { step, a: new Float64Array(50_000).fill(step), b: new Int32Array(200).fill(step) }, JSON.parse(options));
  if (step === Number(from)) console.log("saving");
}
`;

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

describe(`a process that saves without end and is killed (SEED=${SEED})`, function () {
  this.timeout(120_000);
  const next = randomNumbers(SEED);

  for (const options of [
    { overwrite: true },
    { overwrite: true, durability: "process", arrays: "hdf5" },
    { overwrite: true, durability: "process", form: "module" },
  ] satisfies SaveOptions[])
    it(`leaves one whole state: ${JSON.stringify(options)}`, async () => {
      const path = join(temporaryDirectory(), "run");
      let last = 0;
      for (let round = 0; round < 4; round++) {
        const args = [
          "--input-type=module",
          "-e",
          SAVE_FOREVER,
          "--",
          path,
          JSON.stringify(options),
          String(last + 1),
        ];
        const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
        const exited = once(child, "exit");
        await Promise.race([once(child.stdout, "data"), exited]);
        await setTimeout(next() * 150);
        child.kill("SIGKILL");
        assert.deepEqual(await exited, [null, "SIGKILL"]);

        const items = (await open(path)) as { step: number; a: Float64Array; b: Int32Array };
        const imported = (await import(
          `${pathToFileURL(join(path, "..", options.form === "module" ? "run.mjs" : "run/index.js")).href}?${round}`
        )) as Members;
        for (const { step, a, b } of [items, imported as typeof items]) {
          assert.ok(step > last, `step ${step} after ${last}`);
          assert.equal(a.length, 50_000);
          assert.ok(a.every((value) => value === step));
          assert.ok(b.every((value) => value === step));
        }
        last = items.step;
      }
    });
});

describe("a disk that is full", function () {
  this.timeout(60_000);
  let disk: string | undefined;

  before(function () {
    const directory = join(temporaryDirectory(), "disk");
    mkdirSync(directory);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", directory]);
    if (mounted.status === 0) disk = directory;
    else this.skip(); // only root may mount; faults.test.ts has the same failures without
  });
  after(() => {
    if (disk === undefined) return;
    // what is mapped keeps the file system busy; it goes with the last mapping
    execFileSync("umount", ["--lazy", disk]);
  });

  for (const form of ["package", "module"] as const)
    for (const arrays of ["npy", "hdf5"] as const)
      for (const durability of ["full", "process"] as const)
        it(`leaves the old archive, and no more (${form}, ${arrays}, ${durability})`, async () => {
          const directory = join(disk!, `${form}-${arrays}-${durability}`);
          const path = join(directory, "run");
          const options = { form, arrays, durability } as const;
          const small = new Float64Array(10_000).fill(1);
          const large = new Float64Array(600_000).fill(2);
          const isFull = (error: unknown): boolean =>
            isPersistError(error, "PERSIST_IO") && /ENOSPC|No space/.test(error.message);

          await assert.rejects(save(path, { large }, options), isFull);
          const left = readdirSync(directory, { recursive: true }).filter(
            (name) => !/_load-/.test(String(name)),
          );
          assert.deepEqual(left, []);

          await save(path, { small }, options);
          const before = readdirSync(directory, { recursive: true });
          // the first array fits, the second does not; many small objects do not fit either
          await assert.rejects(save(path, { small, large }, { ...options, overwrite: true }), isFull);
          const rows = Array.from({ length: 200_000 }, (_, i) => ({ name: `row ${i}`, i }));
          await assert.rejects(save(path, { small, rows }, { ...options, overwrite: true }), isFull);
          assert.deepEqual(readdirSync(directory, { recursive: true }), before);
          const items = (await open(path, { map: false })) as { small: Float64Array };
          assert.deepEqual(items.small, small);
        });
});
