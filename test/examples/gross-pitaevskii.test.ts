// The example as a user runs it, at a size that takes seconds: two runs, a kill, a restart, and the same bits.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const folder = resolve("examples", "gross-pitaevskii");
const small = ["--grid", "64", "--interaction", "20", "--steps", "240"];

describe("the example simulation", function () {
  this.timeout(120_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "persist-example-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("starts afresh, is killed, restarts, ends with the same bits, and says how to read the archive", () => {
    // what an earlier run has left, further on than this one will come
    mkdirSync(join(directory, "out", "gpe", "step-000000999"), { recursive: true });
    const { status, stdout, stderr } = runMain(small);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^killed +by SIGKILL after step \d+ of 240/m);
    assert.match(stdout, /^restarted +from out\/gpe\/step-\d{9}/m);
    assert.doesNotMatch(stdout, /✗/);
    const hashes = [...stdout.matchAll(/sha256 of ψ ([0-9a-f]+)/g)].map((match) => match[1]);
    assert.equal(hashes.length, 2);
    assert.equal(hashes[0], hashes[1]);
    assert.match(stdout, /^OK /m);
    // older checkpoints are gone, and the command that it prints works
    assert.deepEqual(readdirSync(join(directory, "out", "gpe")), [
      "_lock",
      "step-000000192",
      "step-000000216",
      "step-000000240",
    ]);
    const command = /^node -e '(.+)'$/m.exec(stdout)?.[1];
    assert.ok(command);
    const read = spawnSync(process.execPath, ["-e", command], { cwd: directory, encoding: "utf8" });
    assert.equal(read.status, 0, read.stderr);
    assert.match(read.stdout, /Simulation/);
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
    const child = spawn(process.execPath, [join(folder, "main.mjs"), ...small, "--steps", "100000"], {
      cwd: directory,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    const ended = once(child, "exit");
    const first = join(directory, "out", "gpe", "step-000000000");
    while (!existsSync(first) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const [code] = (await ended) as [number];
    assert.equal(code, 130);
    assert.match(output, /interrupted/);
    assert.equal(processesIn(directory), 0);
  });

  it("passes over a damaged checkpoint, goes on from the one before, and writes it again", () => {
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
    truncateSync(join(series, "step-000000048", "_arrays", "psi.npy"), 1000);
    assert.match(run(72), /\{"kind":"restarted","step":24\}/);
    const steps = ["step-000000024", "step-000000048", "step-000000072"];
    assert.deepEqual(readdirSync(series).toSorted(), ["_lock", ...steps]);
    assert.equal(statSync(join(series, steps[1]!, "_arrays", "psi.npy")).size, 128 + 64 * 64 * 16);
  });

  it("ends with the same bytes however often it is killed, while it saves at every step", async () => {
    const options = ["--grid", "64", "--interaction", "20", "--steps", "40", "--every", "1"];
    const whole = join(directory, "whole");
    const killed = join(directory, "killed");
    const alone = spawnSync(process.execPath, [join(folder, "run.mjs"), whole, ...options], {
      encoding: "utf8",
    });
    assert.equal(alone.status, 0, alone.stderr);

    const seed = Date.now() % 1e6;
    const next = random(seed);
    const last = join(killed, "step-000000040");
    let kills = 0;
    for (let finished = false; !finished;) {
      const child = spawn(process.execPath, [join(folder, "run.mjs"), killed, ...options], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      await Promise.race([once(child.stdout, "data"), ended]);
      child.stdout.resume();
      const delay_ms = next() * 150;
      if (kills < 8) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, delay_ms))]);
      if (kills < 8 && child.exitCode === null) {
        child.kill("SIGKILL");
        kills++;
      }
      const [code] = (await ended) as [number | null];
      assert.ok(code === 0 || code === null, `exit code ${code}, seed ${seed}`);
      finished = code === 0 && kills > 0;
      // It was not killed before its end, after which nothing is saved, and what it had yet to remove stays: from the beginning.
      if (!finished && existsSync(last)) {
        rmSync(killed, { recursive: true });
        kills = 0;
      }
    }
    assert.deepEqual(readdirSync(killed), readdirSync(whole), `after ${kills} kills, seed ${seed}`);
    for (const file of ["index.js", join("_arrays", "psi.npy")]) {
      const [a, b] = [whole, killed].map((series) => readFileSync(join(series, "step-000000040", file)));
      assert.ok(a!.equals(b!), `${file} differs after ${kills} kills, seed ${seed}`);
    }
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

/** Numbers in [0, 1) from a seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
