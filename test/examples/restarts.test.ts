// The examples that go on from their checkpoints: killed at random moments, they end with the same bytes as when they are left alone.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const KILLS = 3;

const examples = {
  "n-body": ["--bodies", "100", "--steps", "60", "--every", "3"],
  "worker-threads": ["--size", "128", "--steps", "600", "--every", "5"],
};

describe(`examples that are killed (SEED=${SEED})`, function () {
  this.timeout(120_000);
  const next = randomNumbers(SEED);

  for (const [name, options] of Object.entries(examples))
    it(`${name} ends with the same bytes`, async () => {
      const program = resolve("examples", name, "run.mjs");
      const directory = temporaryDirectory();
      const [whole, killed] = [join(directory, "whole"), join(directory, "killed")];
      const alone = spawnSync(process.execPath, [program, whole, ...options], { encoding: "utf8" });
      assert.equal(alone.status, 0, alone.stderr);
      assert.match(alone.stdout, /^begun$/m);
      const last = join(killed, readdirSync(whole).toSorted().at(-1)!);

      let kills = 0;
      for (let isOver = false; !isOver;) {
        const child = spawn(process.execPath, [program, killed, ...options], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const ended = once(child, "exit");
        await Promise.race([once(child.stdout, "data"), ended]);
        child.stdout.resume();
        if (kills++ < KILLS) {
          await Promise.race([setTimeout(next() * 300), ended]);
          child.kill("SIGKILL");
        }
        const [code] = (await ended) as [number | null];
        assert.ok(code === null || code === 0);
        isOver = code === 0;
        // Killed behind its last step, after which nothing is saved, and what it had yet to remove stays: from the beginning.
        if (!isOver && existsSync(last)) {
          rmSync(killed, { recursive: true });
          kills = 0;
        }
      }
      const filesOf = (series: string): string[] =>
        readdirSync(series, { recursive: true })
          .map(String)
          .filter((file) => /\.(?:js|npy)$/.test(file))
          .toSorted();
      assert.deepEqual(filesOf(killed), filesOf(whole));
      for (const file of filesOf(whole))
        assert.ok(readFileSync(join(killed, file)).equals(readFileSync(join(whole, file))), file);
    });

  it("n-body keeps who is who", async () => {
    const directory = temporaryDirectory();
    const { status, stderr } = spawnSync(
      process.execPath,
      [resolve("examples/n-body/run.mjs"), directory, "--bodies", "50", "--steps", "5"],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    interface Cell {
      parent: Cell | null;
      children: Cell[] | null;
      body: Body | null;
    }
    interface Body {
      name: string;
      cell: Cell;
    }
    const { scene } = (await import(pathToFileURL(join(directory, "step-000000005", "index.js")).href)) as {
      scene: { bodies: Map<string, Body>; root: Cell; heaviest: Body };
    };
    const found = new Set<Body>();
    const cells = [scene.root];
    for (const cell of cells) {
      for (const child of cell.children ?? []) {
        assert.equal(child.parent, cell);
        cells.push(child);
      }
      if (cell.body === null) continue;
      assert.equal(cell.body.cell, cell);
      assert.equal(scene.bodies.get(cell.body.name), cell.body);
      found.add(cell.body);
    }
    assert.equal(found.size, 50);
    assert.ok(found.has(scene.heaviest));
  });
});
