// Cuts the power of real file systems: of what a disk was asked for (disk-record.ts), it is made again as a cut at some moment may leave it, mounted by the kernel, which
// replays its own journal, and looked at. As root, on Linux:
//
//     npm run power-cuts [-- --fs ext4,xfs,btrfs --images 300 --life set --seed 1]
//
// Between two flushes a disk may keep any of the writes. Without syncs something must be lost, or the method would be of no use: that is tried as well.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomNumbers } from "../support/random.ts";
import { workDirectory } from "./crash-states.ts";
import { obstacle, recordDisk, run, type Entry, type FileSystem } from "./disk-record.ts";
import { lifeOf, problemOf } from "./life.ts";
import type { Durability } from "./script.ts";

interface CutReport {
  images: number;
  violations: Map<string, number>;
}

/** Looks at so many images, of cuts at moments that are spread over the whole record. */
async function cut(
  fs: FileSystem,
  name: string,
  work: string,
  entries: readonly Entry[],
  images: number,
  seed: number,
): Promise<CutReport> {
  const life = lifeOf(name);
  const next = randomNumbers(seed);
  const report: CutReport = { images: 0, violations: new Map() };
  const [base, image, mounted] = [join(work, "base"), join(work, "cut"), join(work, "mounted")];
  const write = (descriptor: number, { data, offset }: Extract<Entry, { kind: "W" }>): number =>
    writeSync(descriptor, data, 0, data.length, offset);
  const flushed = openSync(base, "r+");
  let pending: Extract<Entry, { kind: "W" }>[] = [];
  let [begun, acknowledged, due] = [-1, -1, 0];
  for (const entry of entries) {
    if (entry.kind === "W") pending.push(entry);
    else if (entry.kind === "M") {
      const [kind, number] = entry.mark.split("\t");
      if (kind === "begin") begun = Number(number);
      else acknowledged = Number(number);
    } else {
      for (const one of pending) write(flushed, one);
      pending = [];
    }
    for (due += images / entries.length; due >= 1; due--) {
      // all that was written by then, or any part of it
      const share = report.images % 2 === 0 ? 1 : next();
      run("cp", "--sparse=always", base, image);
      const descriptor = openSync(image, "r+");
      for (const one of pending) if (next() < share) write(descriptor, one);
      closeSync(descriptor);
      run("mount", "-o", fs === "xfs" ? "loop,nouuid" : "loop", image, mounted);
      const problem = await problemOf(life, mounted, acknowledged, begun);
      run("umount", mounted);
      report.images++;
      if (problem !== undefined) report.violations.set(problem, (report.violations.get(problem) ?? 0) + 1);
    }
  }
  closeSync(flushed);
  return report;
}

/** Gives whether everything is as it should be. */
async function tryOut(
  fs: FileSystem,
  life: string,
  durability: Durability,
  images: number,
  seed: number,
): Promise<boolean> {
  const work = workDirectory();
  try {
    const entries = await recordDisk(fs, life, durability, work);
    const begun_ms = performance.now();
    const { images: done, violations } = await cut(fs, life, work, entries, images, seed);
    const per_s = (done / (performance.now() - begun_ms)) * 1000;
    const count = (kind: string): number => entries.filter((entry) => entry.kind === kind).length;
    const lost = [...violations.values()].reduce((sum, n) => sum + n, 0);
    const isGood = durability === "process" ? lost > 0 : lost === 0;
    console.log(
      `${fs}, ${life}, durability ${durability}: ${count("W")} writes, ${count("F")} flushes, ${done} images (${per_s.toFixed(1)} a second), ${lost} violations${isGood ? "" : ": NOT AS IT SHOULD BE"}`,
    );
    if (!isGood) for (const [what, n] of violations) console.log(`  ${n} times: ${what}`);
    return isGood;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    fs: { type: "string", default: "ext4,xfs,btrfs" },
    images: { type: "string", default: "300" },
    life: { type: "string", default: "set" },
    seed: { type: "string", default: "1" },
  },
});
let isGood = true;
let tried = 0;
for (const fs of values.fs.split(",") as FileSystem[]) {
  const missing = obstacle(fs);
  if (missing !== undefined) {
    console.log(`${fs}: not tried, since ${missing}`);
    continue;
  }
  tried++;
  for (const durability of ["full", "process"] as const)
    isGood =
      (await tryOut(fs, values.life, durability, Number(values.images), Number(values.seed))) && isGood;
}
process.exitCode = isGood && tried > 0 ? 0 : 1;
