// In a worker thread Node keeps account of open files, and warns of one that is closed and that it has not opened; and it may end at any moment.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../support/temporary.ts";

const PROGRAM = `
import { Worker, isMainThread } from "node:worker_threads";
import { save, open, readArray, writeArray } from "persist-archive";
if (isMainThread) new Worker(new URL(import.meta.url));
else {
  const array = new Float64Array(1000);
  for (const arrays of ["npy", "npz", "hdf5"])
    await open((await save("run", { array }, { arrays, overwrite: true })).path);
  for (const path of ["a.npy", "a.npz#a", "a.h5#a"]) {
    await writeArray(path, array);
    await readArray(path);
    await readArray(path, { selection: [[0, 4]] });
  }
  console.log("done");
}
`;

/** Ends while the addon calls it, which can be told nothing any more. */
const ENDING = `
import { once } from "node:events";
import { Worker, isMainThread } from "node:worker_threads";
import { writeArray } from "persist-archive";
if (isMainThread) console.log("ended with", ...(await once(new Worker(new URL(import.meta.url)), "exit")));
else await writeArray("a.npy", new Float64Array(3e6), { onProgress: () => process.exit(7) });
`;

describe("a worker thread", () => {
  /** Runs a program where the package is installed, and gives what it prints. */
  function run(program: string): string {
    const home = temporaryDirectory();
    mkdirSync(join(home, "node_modules"));
    symlinkSync(
      fileURLToPath(new URL("../../../", import.meta.url)),
      join(home, "node_modules/persist-archive"),
    );
    writeFileSync(join(home, "program.mjs"), program);
    const { stdout, stderr } = spawnSync(process.execPath, ["program.mjs"], { cwd: home, encoding: "utf8" });
    assert.equal(stderr, "");
    return stdout;
  }

  it("reads files of every format without a warning", () => {
    assert.equal(run(PROGRAM), "done\n");
  });

  it("that ends in the midst of a job does not end the process", () => {
    assert.equal(run(ENDING), "ended with 7\n");
  });
});
