// Looks at what a crash of the machine may leave of a life (life.ts): its operations are recorded by the preloaded library, crash-model.ts makes the states, and each of
// them is written into a directory in memory and looked at.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomNumbers } from "../support/random.ts";
import { CrashModel, parseRecord, type Fate, type Operation, type Pending } from "./crash-model.ts";
import { lifeOf, problemOf } from "./life.ts";
import { shim } from "./preload.ts";
import type { Durability } from "./script.ts";

/** What was found among the states of one record. */
export interface CrashReport {
  /** States that were generated, and how many of them were not alike. */
  states: number;
  distinct: number;
  violations: Map<string, number>;
}

/** A directory in memory, where there is one: a state is written and opened in a millisecond. */
export function workDirectory(): string {
  return mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "persist-crash-"));
}

/** Lives a life in a process of its own, and gives its operations, with marks where a step began and where it was acknowledged. */
export function record(life: string, durability: Durability): Operation[] {
  const directory = workDirectory();
  const beside = workDirectory();
  const log = join(beside, "log");
  try {
    const { status, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(new URL("run-life.js", import.meta.url)), directory, life, durability, log],
      {
        env: { ...process.env, LD_PRELOAD: shim(), FAULT_DIRECTORY: directory, FAULT_LOG: log },
        encoding: "utf8",
      },
    );
    assert.equal(status, 0, stderr);
    const operations = parseRecord(readFileSync(log, "utf8"));
    assertComplete(operations, directory);
    return operations.filter((operation) => !("path" in operation) || !operation.path.endsWith("/_lock"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
    rmSync(beside, { recursive: true, force: true });
  }
}

/** The record without a crash must give what is there, byte for byte: an operation that the library does not know of shows here. */
function assertComplete(operations: readonly Operation[], directory: string): void {
  const model = new CrashModel();
  for (const operation of operations) model.apply(operation);
  for (const [path, content] of model.live())
    assert.ok(readFileSync(directory + path).equals(content), `the record of ${path} is not complete`);
}

/** All fates of what is open, where these are no more than `most`; else the telling ones, and random ones up to that number. */
function* choices(
  pending: readonly Pending[],
  most: number,
  next: () => number,
): Generator<Map<Pending, Fate>> {
  const total = pending.reduce((product, { fates }) => product * fates.length, 1);
  if (total <= most) {
    for (let code = 0; code < total; code++) {
      let rest = code;
      yield new Map(
        pending.map((one) => {
          const fate = one.fates[rest % one.fates.length]!;
          rest = Math.floor(rest / one.fates.length);
          return [one, fate];
        }),
      );
    }
    return;
  }
  let count = 0;
  for (const rest of [0, 1] as const) {
    const all = new Map(pending.map((one) => [one, rest as Fate]));
    yield all;
    for (const one of pending)
      for (const fate of one.fates) {
        if (fate === rest || count++ >= most / 2) continue;
        yield new Map(all).set(one, fate);
      }
  }
  for (; count < most; count++)
    yield new Map(pending.map((one) => [one, one.fates[Math.floor(next() * one.fates.length)]!]));
}

/** How much of a record is looked at. */
export interface Exploration {
  /** So many states at each point. */
  readonly most: number;
  readonly seed: number;
  /** Ends after so many distinct states. */
  readonly limit?: number;
  readonly stopAtFirst?: boolean;
}

/** Looks at the states that a crash may leave of a record of a life. */
export async function explore(
  name: string,
  operations: readonly Operation[],
  { most, seed, limit = Infinity, stopAtFirst = false }: Exploration,
): Promise<CrashReport> {
  const life = lifeOf(name);
  const report: CrashReport = { states: 0, distinct: 0, violations: new Map() };
  const next = randomNumbers(seed);
  const model = new CrashModel();
  const seen = new Set<string>();
  const directory = workDirectory();
  let [begun, acknowledged] = [-1, -1];
  try {
    for (const operation of operations) {
      if (operation.kind === "begin") begun = operation.number;
      if (operation.kind === "ack") acknowledged = operation.number;
      model.apply(operation);
      for (const fates of choices(model.pending(), most, next)) {
        report.states++;
        const files = model.state(
          (one) => [...fates].find(([{ node, index }]) => node === one.node && index === one.index)![1],
        );
        const key = hashOf(files, acknowledged);
        if (seen.has(key)) continue;
        seen.add(key);
        report.distinct++;
        writeState(directory, files);
        const problem = await problemOf(life, directory, acknowledged, begun);
        if (problem !== undefined) report.violations.set(problem, (report.violations.get(problem) ?? 0) + 1);
        if (seen.size >= limit || (stopAtFirst && problem !== undefined)) return report;
      }
    }
    return report;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The record as it would be if the program did not make one kind of sync. Throws where it makes none. */
export function withoutSync(operations: readonly Operation[], path: RegExp): Operation[] {
  const left = operations.filter((operation) => operation.kind !== "sync" || !path.test(operation.path));
  assert.ok(left.length < operations.length, `no sync of ${String(path)}`);
  return left;
}

function hashOf(files: ReadonlyMap<string, Buffer>, acknowledged: number): string {
  const hash = createHash("sha1").update(String(acknowledged));
  for (const path of [...files.keys()].toSorted()) {
    const content = files.get(path)!;
    hash.update(`\n${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("base64");
}

function writeState(directory: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [path, content] of files) {
    mkdirSync(dirname(directory + path), { recursive: true });
    writeFileSync(directory + path, content);
  }
}
