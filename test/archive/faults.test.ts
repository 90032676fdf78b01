// Saving while the disk fails at any of its operations, or the process dies there: what was there before is whole, or what is new.
import assert from "node:assert/strict";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { open, save, type SaveOptions } from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { runStruck } from "../faults/preload.ts";

const state = (length: number) => ({ psi: Float64Array.from({ length }, (_, i) => i / 7), note: { length } });

/** Saves once, with FAULT_DIRECTORY and the rest as they stand in the environment. */
const SAVE = `
import { save } from "persist-archive";
const [path, options] = process.argv.slice(1);
const length = 500;
await save(path, { psi: Float64Array.from({ length }, (_, i) => i / 7), note: { length } }, JSON.parse(options));
`;

/** Saves again and again, with a failure at each operation in turn, and tells what came of each. */
const SAVE_EACH = `
import { save } from "persist-archive";
import { cpSync } from "node:fs";
const [directory, options, last] = process.argv.slice(1);
const length = 500;
const below = process.env.FAULT_DIRECTORY;
for (let k = 1; k <= Number(last); k++) {
  delete process.env.FAULT_DIRECTORY;
  cpSync(directory + "/before", directory + "/" + k, { recursive: true });
  process.env.FAULT_ROUND = process.env.FAULT_AT = String(k);
  process.env.FAULT_DIRECTORY = below;
  const outcome = await save(directory + "/" + k + "/run", { psi: Float64Array.from({ length }, (_, i) => i / 7), note: { length } }, JSON.parse(options)).then(
    () => ({ k }),
    ({ code, syscall, errno, message }) => ({ k, code, syscall, errno, message }),
  );
  console.log(JSON.stringify(outcome));
}
`;

const ENOSPC = 28;
const EIO = 5;

interface Told {
  k: number;
  code?: string;
  syscall?: string;
  errno?: number;
  message?: string;
}

const SCENARIOS: [string, SaveOptions, boolean][] = [
  ["a new package", {}, false],
  ["a package that replaces another", { overwrite: true }, true],
  ["a new module", { form: "module" }, false],
  ["a module that replaces another", { form: "module", overwrite: true }, true],
  ["a new package with HDF5", { arrays: "hdf5" }, false],
  ["a package with HDF5 that replaces another", { arrays: "hdf5", overwrite: true }, true],
];

/** What is in the directory, but for the loader, which stays for whoever comes next. */
const filesIn = (directory: string): string[] =>
  (readdirSync(directory, { recursive: true }) as string[])
    .filter((name) => !/_load-[0-9a-f]+\.m?js$/.test(name))
    .toSorted();

for (const [name, options, replaces] of SCENARIOS) {
  describe(`saving ${name} while the disk fails`, function () {
    this.timeout(120_000);
    let directory: string;
    let count: number;

    before(async () => {
      directory = temporaryDirectory();
      const start = join(directory, "before");
      // the directory itself is there in any case
      await save(join(start, "other"), { a: 1 });
      if (replaces) await save(join(start, "run"), state(200), { ...options, overwrite: false });
      cpSync(start, join(directory, "trial"), { recursive: true });
      const plan = { directory: join(directory, "trial"), at: 0, how: ENOSPC };
      const { status, errors, operations } = runStruck(SAVE, plan, [
        join(directory, "trial", "run"),
        JSON.stringify(options),
      ]);
      assert.equal(status, 0, errors);
      count = operations!;
      assert.ok(count >= 9, `${count} operations`);
    });

    for (const [error, errno] of [
      ["a full disk", ENOSPC],
      ["an error of the device", EIO],
    ] as const)
      it(`${error} at any operation leaves what was there, and nothing else`, async () => {
        const { status, output, errors } = runStruck(SAVE_EACH, { directory, at: 0, how: errno }, [
          directory,
          JSON.stringify(options),
          String(count),
        ]);
        assert.equal(status, 0, errors);
        const told = output
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Told);
        assert.equal(told.length, count);
        const start = filesIn(join(directory, "before"));
        let failed = 0;
        for (const { k, code, syscall, errno: found, message } of told) {
          const where = `operation ${k}: ${code} ${message}`;
          const here = join(directory, String(k));
          const isThere = replaces || readdirSync(here).some((file) => /^run(\.mjs)?$/.test(file));
          const items = isThere ? { ...(await open(join(here, "run"))) } : undefined;
          const isNew = items !== undefined && difference(state(500), items) === null;
          if (code === undefined || code === "PERSIST_DURABILITY_UNKNOWN") {
            if (code === undefined) assert.ok(isNew, where);
          } else {
            failed++;
            assert.equal(code, "PERSIST_IO", where);
            // HDF5's own calls tell it in their words
            if (message!.startsWith("H5")) assert.match(message!, new RegExp(`errno = ${errno}\\b`), where);
            else {
              assert.equal(found, errno, where);
              assert.ok(syscall, where);
            }
            assert.ok(!isNew, where);
          }
          if (!isNew) {
            if (replaces) assert.equal(difference(state(200), items), null, where);
            assert.deepEqual(filesIn(here), start, where);
          }
          const left = readdirSync(here, { recursive: true }).filter((file) => String(file).endsWith(".tmp"));
          // after the commit, a second name that cannot be removed is no failure: it goes with a later save
          if (code !== undefined || left.length > 1) assert.deepEqual(left, [], where);
          rmSync(here, { recursive: true });
        }
        assert.ok(failed >= count / 2, `${failed} of ${count} failures were reported`);
      });
  });
}

for (const [name, options, replaces] of SCENARIOS.slice(0, 4)) {
  describe(`saving ${name} until the process dies`, function () {
    this.timeout(240_000);

    it("leaves the old or the new, whole, and a later save removes the rest", async () => {
      const directory = temporaryDirectory();
      const start = join(directory, "before");
      await save(join(start, "other"), { a: 1 });
      if (replaces) await save(join(start, "run"), state(200), { ...options, overwrite: false });
      let last: "old" | "new" = "old";
      for (let k = 1; ; k++) {
        assert.ok(k < 100);
        const here = join(directory, String(k));
        cpSync(start, here, { recursive: true });
        const plan = { directory: here, at: k, how: k % 2 === 0 ? "kill" : "torn" } as const;
        const { signal, status, errors } = runStruck(SAVE, plan, [
          join(here, "run"),
          JSON.stringify(options),
        ]);
        const isThere = readdirSync(here).some((file) => /^run(\.mjs)?$/.test(file));
        const items = isThere ? { ...(await open(join(here, "run"))) } : undefined;
        const isNew = items !== undefined && difference(state(500), items) === null;
        if (signal === null) {
          assert.equal(status, 0, errors);
          assert.ok(isNew);
          assert.ok(k > 9, `${k - 1} operations`);
          break;
        }
        assert.equal(signal, "SIGKILL");
        if (replaces && !isNew) assert.equal(difference(state(200), items), null, `operation ${k}`);
        if (!replaces && !isNew) assert.equal(items, undefined, `operation ${k}`);
        assert.ok(last === "old" || isNew, "once it is new it is new from there on");
        last = isNew ? "new" : "old";

        const now = Date.now;
        Date.now = () => now() + 65_000;
        try {
          await save(join(here, "run"), state(600), { ...options, overwrite: true });
        } finally {
          Date.now = now;
        }
        assert.equal(difference(state(600), { ...(await open(join(here, "run"))) }), null, `operation ${k}`);
        assert.deepEqual(
          readdirSync(here, { recursive: true }).filter((file) => String(file).endsWith(".tmp")),
          [],
        );
      }
      assert.equal(last, "new");
    });
  });
}
