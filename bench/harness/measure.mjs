// Measures one trial: interleaved rounds, in which every driver has its turn in a fresh process and an empty directory.
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { progress } from "./progress.mjs";
import { benchDirectory, workDirectory } from "./paths.mjs";
import { compile, runDriver, Unavailable } from "./processes.mjs";

/** As much memory as any driver takes that works on a graph. */
const LEAST_WARM_BYTES = 2 ** 30;

/** Up to this size, what a run leaves is removed at the end of its trial only (see {@link spreadDirectories}). */
const KEPT_BYTES = 64 * 2 ** 20;

/**
 * @param {import("./trials.mjs").Trial} trial
 * @param {{ rounds: number, quick: boolean, onSample: (sample: object) => void }} options
 * @returns {Promise<object[]>} samples { kind, trial, driver, round, elapsed_ns, peak_bytes, … }, and one with `skipped` or
 * `failed` for a driver that has none
 */
export async function measure(trial, { rounds, quick, onSample }) {
  const parameters = { ...trial.parameters, ...(quick ? trial.quick : {}) };
  const shared = join(workDirectory, trial.name, "shared");
  const samples = [];
  const add = (sample) => {
    samples.push({ kind: "sample", trial: trial.name, ...sample });
    onSample(samples.at(-1));
  };
  rmSync(join(workDirectory, trial.name), { recursive: true, force: true });
  mkdirSync(shared, { recursive: true });
  spreadDirectories(join(workDirectory, trial.name));
  await trial.prepare?.(shared, parameters);

  const drivers = [];
  for (const driver of trial.drivers) {
    const own = join(workDirectory, trial.name, `prepared-${driver.name}`);
    mkdirSync(own);
    progress(`${trial.name}: preparing ${driver.name}`);
    try {
      runDriver(driver, "prepare", { ...parameters, shared, prepared: own });
      drivers.push({ ...driver, own });
    } catch (error) {
      add({
        driver: driver.name,
        ...(error instanceof Unavailable ? { skipped: error.message } : { failed: error.message }),
      });
    }
  }

  for (let round = 1; round <= rounds; round++)
    for (const driver of shuffled(drivers, round)) {
      if (driver.failed) continue;
      progress(`${trial.name}: round ${round} of ${rounds}, ${driver.name}`);
      const directory = join(workDirectory, trial.name, `run-${round}-${driver.name}`);
      mkdirSync(directory);
      spawnSync("sync"); // dirty pages of the one before would be written back at this one's expense
      warmMemory(directory, trial.bytes?.(parameters) ?? 0);
      try {
        const result = runDriver(driver, "run", { ...parameters, shared, prepared: driver.own, directory });
        const bytes = result.bytes ?? trial.bytes?.(parameters) ?? null;
        const written_bytes = sizeOf(directory);
        add({ driver: driver.name, round, ...result, bytes, written_bytes });
        if (written_bytes > KEPT_BYTES) rmSync(directory, { recursive: true });
      } catch (error) {
        driver.failed = true;
        add({ driver: driver.name, failed: error.message });
      }
    }
  rmSync(join(workDirectory, trial.name), { recursive: true, force: true });
  progress("");
  return samples;
}

/**
 * Lets ext4 put each directory of a trial into a block group of its own. It makes a file in the group of its directory, and steps over every inode of the group that was freed
 * in the last minutes, one by one (`recently_deleted` in fs/ext4/ialloc.c): after a run of thousands of small files was removed, each new file costs 0.2 ms instead of
 * 0.01. Other file systems do without.
 */
function spreadDirectories(directory) {
  spawnSync("chattr", ["+T", directory]);
}

/**
 * Writes as many bytes as the driver will, removes them, and touches three times as many in huge pages: memory that a virtual machine's host has not given
 * yet, or has taken back, costs many times its use, and would be charged to whoever comes first.
 */
function warmMemory(directory, bytes) {
  const path = join(directory, "warm");
  const block = Buffer.alloc(Math.min(bytes, 8 * 2 ** 20));
  const file = openSync(path, "w");
  for (let done = 0; done < bytes; done += block.length) writeSync(file, block);
  closeSync(file);
  rmSync(path);
  spawnSync(compile(join(benchDirectory, "harness", "warm.c"), "memory"), [
    String(Math.max(3 * bytes, LEAST_WARM_BYTES)),
  ]);
}

/** The drivers in an order that depends on the round, so that none always follows the same one. */
function shuffled(list, round) {
  const rest = [...list];
  const order = [];
  for (let state = round; rest.length > 0;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    order.push(...rest.splice((state >>> 8) % rest.length, 1));
  }
  return order;
}

/** Bytes of all files in a directory: shows that a driver has written what it was to write. */
function sizeOf(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}
