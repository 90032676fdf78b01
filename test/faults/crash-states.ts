// Opens what a crash of the machine may leave of a data set: the operations of script.ts are recorded by the preloaded library, crash-model.ts makes the states, and in
// each of them everything acknowledged must be whole, and nothing half there.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataSet } from "persist-archive";
import { loaderName, loaderText } from "#dist/store/loader.js";
import { CrashModel, parseRecord, type Fate, type Operation, type Pending } from "./crash-model.ts";
import { shim } from "./preload.ts";
import { randomNumbers } from "../support/random.ts";
import { contents, findContent, OPTIONS, stepsOf, type Content, type Durability } from "./script.ts";

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

/**
 * Runs a script in a process of its own, and gives its operations, with marks where a step began and where it was acknowledged.
 * @param script as {@link stepsOf} has it
 */
export function record(durability: Durability, script = 0): Operation[] {
  const directory = workDirectory();
  const beside = workDirectory();
  const log = join(beside, "log");
  try {
    const { status, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), directory, durability, String(script)],
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

/** The program that is recorded. */
async function runScript(directory: string, durability: Durability, script: number): Promise<void> {
  const mark = (kind: string, number: number): void =>
    appendFileSync(process.env["FAULT_LOG"]!, `${kind}\t${number}\t\t\n`);
  mark("begin", 0);
  const set = await DataSet.open(join(directory, "runs"), { ...OPTIONS, mode: "a", durability });
  mark("ack", 0);
  for (const [k, step] of stepsOf(script).entries()) {
    mark("begin", k + 1);
    await step.run(set);
    mark("ack", k + 1);
  }
  await set.close();
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

/**
 * Opens the states of a record, `most` at each point.
 * @param limit ends after so many distinct states
 */
export async function explore(
  operations: readonly Operation[],
  {
    most,
    seed,
    script = 0,
    limit = Infinity,
    stopAtFirst = false,
  }: { most: number; seed: number; script?: number; limit?: number; stopAtFirst?: boolean },
): Promise<CrashReport> {
  const report: CrashReport = { states: 0, distinct: 0, violations: new Map() };
  const expected = contents(stepsOf(script));
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
        const problem = await problemOf(directory, files, expected, acknowledged, begun);
        if (problem !== undefined) report.violations.set(problem, (report.violations.get(problem) ?? 0) + 1);
        if (seen.size >= limit || (stopAtFirst && problem !== undefined)) return report;
      }
    }
    return report;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Each kind of sync that a data set makes, by the file that is synced. Without any one of them, some state must be wrong. */
export const SYNCS: ReadonlyMap<string, RegExp> = new Map([
  ["the module of a version", /\/runs\/[^/]+~\w+\.js$/],
  ["the array files of a version", /\/runs\/[^/]+~\w+\.\w+\.npy$/],
  ["the directory", /\/runs$/],
  ["the journal", /\/runs\/_journal\.\d+\.jsonl$/],
  ["the index of a compaction", /\/runs\/\.index\.js\.\w+\.tmp$/],
  ["the array loader", /\/\._load-\w+\.js\.\w+\.tmp$/],
  ["the index of a new set", /\/\.runs\.\w+\.tmp\/index\.js$/],
  ["the package.json of a new set", /\/package\.json$/],
  ["the directory of a new set", /\/\.runs\.\w+\.tmp$/],
  ["the directory above a new set", /^$/],
]);

/** The record as it would be if the program did not make one kind of sync. */
export function withoutSync(operations: readonly Operation[], path: RegExp): Operation[] {
  return operations.filter((operation) => operation.kind !== "sync" || !path.test(operation.path));
}

function hashOf(files: ReadonlyMap<string, Buffer>, acknowledged: number): string {
  const hash = createHash("sha1").update(String(acknowledged));
  for (const path of [...files.keys()].toSorted()) {
    const content = files.get(path)!;
    hash.update(`\n${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("base64");
}

/** What is wrong with a state, or undefined. */
async function problemOf(
  directory: string,
  files: ReadonlyMap<string, Buffer>,
  expected: readonly Content[],
  acknowledged: number,
  begun: number,
): Promise<string | undefined> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [path, content] of files) {
    mkdirSync(dirname(directory + path), { recursive: true });
    writeFileSync(directory + path, content);
  }
  const path = join(directory, "runs");
  if (!existsSync(path)) return acknowledged < 0 ? undefined : "the data set is gone";
  // the first content is that before the first step: an empty set
  const possible = expected.slice(Math.max(acknowledged, 0), begun + 1);
  try {
    const at = await findContent(path, possible);
    assert.equal(
      (JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as { type: string }).type,
      "module",
    );
    if (possible[at]!.has("psi"))
      assert.ok(
        readFileSync(join(path, loaderName("package")), "utf8") === loaderText,
        "the loader is not whole",
      );
    const set = await DataSet.open(path, { ...OPTIONS, mode: "r+", durability: "process" });
    try {
      await set.insert({ after: 1 });
      await set.compact();
      const { ok, problems } = await set.verify();
      if (!ok) return `after the next writer: ${problems[0]!.code} ${generalized(problems[0]!.message)}`;
    } finally {
      await set.close();
    }
    await findContent(path, [new Map([...possible[at]!, ["after", { value: 1, info: {} }]])]);
    return undefined;
  } catch (error) {
    return generalized((error as Error).message);
  }
}

/** A message without what differs from state to state. */
function generalized(message: string): string {
  return message
    .replace(/persist-crash-\w+/g, "…")
    .replace(/~[0-9a-z]{8}/g, "~tag")
    .replace(/\d+/g, "N")
    .slice(0, 200);
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.env["FAULT_LOG"] !== undefined)
  await runScript(process.argv[2]!, process.argv[3] as Durability, Number(process.argv[4]));
