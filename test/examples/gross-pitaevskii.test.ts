// The example as a user runs it, at a size that takes seconds: two runs, a kill, a restart, and the same bits.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const folder = resolve("examples", "gross-pitaevskii");
const small = ["--grid", "64", "--interaction", "20", "--steps", "240"];

describe("the example simulation", function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "persist-example-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("is killed, restarts, ends with the same bits, and says how to read the archive", () => {
    const { status, stdout, stderr } = runMain(small);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^killed +by SIGKILL after step \d+ of 240/m);
    assert.match(stdout, /^restarted +from out\/gpe\/step-\d{6}/m);
    assert.doesNotMatch(stdout, /✗/);
    const hashes = [...stdout.matchAll(/sha256 of ψ ([0-9a-f]+)/g)].map((match) => match[1]);
    assert.equal(hashes.length, 2);
    assert.equal(hashes[0], hashes[1]);
    assert.match(stdout, /^OK /m);
    // older checkpoints are gone, and the command that it prints works
    assert.deepEqual(readdirSync(join(directory, "out", "gpe")), [
      "step-000192",
      "step-000216",
      "step-000240",
    ]);
    const command = /^node -e '(.+)'$/m.exec(stdout)?.[1];
    assert.ok(command);
    const read = spawnSync(process.execPath, ["-e", command], { cwd: directory, encoding: "utf8" });
    assert.equal(read.status, 0, read.stderr);
    assert.match(read.stdout, /Simulation/);
  });

  it("starts afresh the second time", () => {
    for (let time = 0; time < 2; time++) {
      const { status, stdout, stderr } = runMain([...small, "--steps", "96"]);
      assert.equal(status, 0, stdout + stderr);
    }
  });

  it("fails when a check does not hold", () => {
    // neither the grid nor the steps are fine enough for so strong an interaction
    const { status, stdout } = runMain([
      "--grid",
      "64",
      "--interaction",
      "500",
      "--steps",
      "48",
      "--every",
      "4",
    ]);
    assert.equal(status, 1, stdout);
    assert.match(stdout, /^✗ /m);
    assert.match(stdout, /^FAILED /m);
  });

  it("kills its children when it is interrupted", async () => {
    const child = spawn(process.execPath, [join(folder, "main.mjs"), "--grid", "128", "--steps", "4000"], {
      cwd: directory,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    const ended = once(child, "exit");
    const first = join(directory, "out", "gpe", "step-000000");
    while (!existsSync(first) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const [code] = (await ended) as [number];
    assert.equal(code, 130);
    assert.match(output, /interrupted/);
    assert.equal(processesIn(directory), 0);
  });

  it("goes on from the newest complete checkpoint when run by itself", () => {
    const series = join(directory, "series");
    const run = (steps: number): string => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(folder, "run.mjs"), series, "--grid", "64", "--interaction", "20", "--steps", String(steps)],
        { encoding: "utf8" },
      );
      assert.equal(status, 0, stderr);
      return stdout;
    };
    run(48);
    rmSync(join(series, "step-000048", "index.js")); // as a kill in the middle of a save would leave it
    assert.match(run(72), /\{"kind":"restarted","step":24\}/);
  });

  function runMain(options: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [join(folder, "main.mjs"), ...options], {
      cwd: directory,
      encoding: "utf8",
    });
  }
});

/** How many processes work in a directory. */
function processesIn(directory: string): number {
  const { stdout } = spawnSync("sh", ["-c", "readlink /proc/[0-9]*/cwd 2>/dev/null"], { encoding: "utf8" });
  return stdout.split("\n").filter((cwd) => cwd === directory).length;
}
