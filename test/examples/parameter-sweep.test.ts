// The sweep as a user runs it: a worker is killed, another takes over, and the results can be read in every way that it prints.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { temporaryDirectory } from "../support/temporary.ts";

const folder = resolve("examples", "parameter-sweep");

describe("the example of a parameter sweep", function () {
  this.timeout(120_000);

  it("computes every point once, though a worker is killed, and says how to read the results", () => {
    const cwd = temporaryDirectory();
    const run = (command: string, args: string[]): string => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
      assert.equal(status, 0, stdout + stderr);
      assert.equal(stderr, "");
      return stdout;
    };
    const output = run(process.execPath, [`${folder}/main.mjs`, "--points", "13", "--transient", "200"]);
    assert.match(output, /^worker (\d) {3}killed while it was at (drive_\d+)$/m);
    assert.match(output, /^worker \d {3}drive_\d+ taken over from worker \d$/m);
    assert.equal(output.match(/^✓/gm)?.length, 4);
    assert.doesNotMatch(output, /✗/);
    const commands = [...output.matchAll(/^node -e '(.+)'$/gm)].map(([, program]) => program!);
    assert.equal(commands.length, 2);
    const [table, shape] = commands.map((program) => run(process.execPath, ["-e", program]));
    assert.equal(table!.match(/drive_\d+/g)?.length, 13);
    assert.equal(shape, "[ 192, 2 ]\n");
    const python = run("/usr/bin/python3", [`${folder}/read.py`, "out/sweep"]);
    assert.equal(python.match(/^drive_\d+ +F = \d\.\d+ {2}period \d+/gm)?.length, 13);
  });
});
