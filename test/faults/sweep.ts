// A program: strikes every file operation of every step of script.ts, one at a time, and looks each time at what is there afterwards. Runs with the preloaded
// library (shim.c), whose counter tells when all operations have been struck: none needs to be known in advance.
//
//     node sweep.js DIRECTORY {"durabilities": […], "every": 1}
//
// prints a line of JSON for each step: what was struck, how often, and what failed to hold.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DataSet, isPersistError } from "persist-archive";
import { Log } from "#dist/dataset/log.js";
import { readCount } from "./preload.ts";
import { contents, findContent, OPTIONS, STEPS, type Content, type Durability } from "./script.ts";

const { EIO, ENOSPC } = constants.errno;

/** How an operation is struck: an errno, with reading as well where `reads`; half a write; or the end of the process, before it or in the middle of a write. */
const HOWS = [
  { how: String(EIO), reads: true },
  { how: String(ENOSPC), reads: false },
  { how: "short", reads: false },
  { how: "dead", reads: false },
  { how: "torn-dead", reads: false },
];

/** What a sweep of one step has to tell. */
export interface SweepReport {
  readonly step: string;
  readonly durability: Durability;
  readonly how: string;
  readonly cases: number;
  readonly failed: number;
  readonly violations: readonly string[];
}

const NEW: Content = new Map([["after", { value: 1, info: {} }]]);

export async function sweep(
  directory: string,
  durability: Durability,
  every: number,
  report: (line: SweepReport) => void,
): Promise<void> {
  const states = contents(STEPS);
  const base = join(directory, `base-${durability}`);
  for (let at = -1; at < STEPS.length; at++) {
    const step = STEPS[at] ?? {
      name: "create",
      run: async () => {},
    };
    mkdirSync(base, { recursive: true });
    const expected = at < 0 ? [states[0]!] : [states[at]!, states[at + 1]!];
    for (const { how, reads } of HOWS) {
      const violations: string[] = [];
      let [cases, failed] = [0, 0];
      // a different start for each kind, so that a coarse sweep strikes other operations by each
      for (let k = 1 + (HOWS.findIndex((one) => one.how === how) % every); ; k += every) {
        const trial = join(directory, "trial");
        cpSync(base, trial, { recursive: true });
        const struck = await strike(trial, k, how, reads, async () => {
          const set = await DataSet.open(join(trial, "runs"), {
            ...OPTIONS,
            mode: at < 0 ? "x" : "r+",
            durability,
          });
          try {
            await step.run(set);
          } finally {
            await set.close();
          }
        });
        if (struck.operations < k) break;
        cases++;
        if (struck.error !== undefined) failed++;
        try {
          await check(join(trial, "runs"), expected, how, struck.error);
        } catch (error) {
          violations.push(
            `operation ${k}: ${(error as Error).message}; the step: ${struck.error instanceof Error ? struck.error.message : "done"}`,
          );
        }
        rmSync(trial, { recursive: true });
      }
      rmSync(join(directory, "trial"), { recursive: true, force: true });
      report({ step: step.name, durability, how, cases, failed, violations });
    }
    const set = await DataSet.open(join(base, "runs"), { ...OPTIONS, mode: "a", durability });
    await step.run(set);
    await set.close();
  }
}

let round = 0;

/** Runs `body` with its k-th file operation struck. */
async function strike(
  below: string,
  k: number,
  how: string,
  reads: boolean,
  body: () => Promise<void>,
): Promise<{ error: unknown; operations: number }> {
  Object.assign(process.env, { FAULT_ROUND: String(++round), FAULT_AT: String(k), FAULT_HOW: how });
  if (reads) process.env["FAULT_READS"] = "1";
  process.env["FAULT_DIRECTORY"] = below;
  let error: unknown;
  try {
    await body();
  } catch (failure) {
    error = failure;
  }
  delete process.env["FAULT_DIRECTORY"];
  delete process.env["FAULT_READS"];
  return { error, operations: readCount(process.env["FAULT_COUNT"]!) };
}

/** What must hold afterwards. `expected` are the contents before and after the step. */
async function check(path: string, expected: readonly Content[], how: string, error: unknown): Promise<void> {
  const isDead = how.endsWith("dead");
  if (error !== undefined && !isDead) {
    assert.ok(
      isPersistError(error, "PERSIST_IO", "PERSIST_DURABILITY_UNKNOWN"),
      `not the error of a file operation`,
    );
    assert.ok(error.errno !== undefined || error.cause !== undefined, "no errno");
  }
  assert.ok(how !== "short" || error === undefined, "a short write is no failure");
  if (expected.length === 1 && error !== undefined && !existsSync(path)) return;
  const found = await findContent(path, expected);
  const isUnknown = isDead || isPersistError(error, "PERSIST_DURABILITY_UNKNOWN");
  if (error === undefined)
    assert.ok(isDeepStrictEqual(expected[found], expected.at(-1)), "what was acknowledged is not there");
  else if (!isUnknown) assert.equal(found, 0, "what failed is there");

  // the next writer goes on, and puts everything right
  const set = await DataSet.open(path, { mode: "r+", durability: "process" });
  await set.insert({ after: 1 });
  await set.close();
  await findContent(path, [new Map([...expected[found]!, ...NEW])]);
  const log = await Log.open(path, false, undefined);
  for (const [name, item] of log.state.items) {
    const [alias, version] = [join(path, `${name}.js`), join(path, item.files[0]![0])];
    assert.ok(readFileSync(alias).equals(readFileSync(version)), `${name}.js is another version`);
    for (const [file, size] of item.files) assert.equal(statSync(join(path, file)).size, size, file);
  }
  for (const file of readdirSync(path))
    if (/^[^_.~]+\.js$/.test(file) && file !== "index.js")
      assert.ok(log.state.items.has(file.slice(0, -3)), `${file} is the alias of nothing`);
  await log.close();
}

const [directory, options] = process.argv.slice(2);
if (process.env["FAULT_COUNT"] !== undefined && directory !== undefined) {
  const { durabilities, every } = JSON.parse(options!) as { durabilities: Durability[]; every: number };
  for (const durability of durabilities)
    await sweep(directory, durability, every, (line) => console.log(JSON.stringify(line)));
}
