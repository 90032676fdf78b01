// Damages HDF5 files and reads them in every way: no hang, nothing but PersistErrors, no memory by a number that a file merely
// claims. The HDF5 library dies of some; with `untrusted: true` that is an error, too. PERSIST_FUZZ_RUNS sets the number of files,
// PERSIST_FUZZ_SEED repeats a run, PERSIST_FUZZ_KEEP names a directory for the files that the library dies of. `npm run fuzz:hdf5` reads far more, below the binding.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isPersistError, listArrays, readArray } from "persist-archive";
import { temporaryDirectory } from "../support/temporary.ts";

const runs = Number(process.env["PERSIST_FUZZ_RUNS"] ?? 1000);
const seed = Number(process.env["PERSIST_FUZZ_SEED"] ?? 77);
const keep = process.env["PERSIST_FUZZ_KEEP"];
const CHILD = fileURLToPath(new URL("fuzz-hdf5-child.js", import.meta.url));
/** A child that reads no file for so long hangs. */
const PATIENCE_MS = 60_000;
/** Of so many files the library dies of fewer than one. */
const FILES_PER_DEATH = 500;

/** Reads files from the number `first` on. Gives the number of the file that the child has died of, if it did. */
async function readFrom(first: number, file: string): Promise<number | undefined> {
  const child = fork(CHILD, [file, String(seed), String(first), String(runs - first)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let last = first;
  let words = "";
  let timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  child.on("message", (k) => {
    last = k as number;
    timer = timer.refresh();
  });
  child.stderr!.on("data", (text) => (words += String(text)));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  clearTimeout(timer);
  if (code === 0) return undefined;
  assert.ok(
    signal !== null && signal !== "SIGKILL" && signal !== "SIGTERM",
    `seed ${seed}, file ${last}: ${signal ?? words}`,
  );
  return last;
}

describe("damaged HDF5 files", () => {
  it(`give PersistErrors or arrays (${runs} files of seed ${seed})`, async () => {
    const file = join(temporaryDirectory(), "damaged.h5");
    const deaths: number[] = [];
    for (let first = 0; first < runs;) {
      const death = await readFrom(first, file);
      if (death === undefined) break;
      deaths.push(death);
      if (keep !== undefined) copyFileSync(file, join(keep, `death-${seed}-${death}.h5`));
      const isKnown = (error: unknown): boolean => isPersistError(error);
      const names = await listArrays(file, { untrusted: true }).then(
        (all) => all.map(({ name }) => name),
        (error: unknown) => (assert.ok(isKnown(error), String(error)), []),
      );
      for (const name of names.slice(0, 5))
        await readArray(`${file}#${name}`, { untrusted: true }).catch((error: unknown) =>
          assert.ok(isKnown(error), String(error)),
        );
      first = death + 1;
    }
    if (runs > FILES_PER_DEATH)
      assert.ok(deaths.length * FILES_PER_DEATH <= runs, `the library died of ${deaths.join(", ")}`);
    if (deaths.length > 0) console.log(`      the library died of ${deaths.length} of ${runs} files`);
  }).timeout(Math.max(120_000, runs * 60));
});
