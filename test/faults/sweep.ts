// A program: strikes every file operation of every step of script.ts, one at a time, and looks each time at what is there afterwards. Runs with the preloaded
// library (shim.c), whose counter tells when all operations have been struck: none needs to be known in advance.
//
//     node sweep.js DIRECTORY {"durabilities": […], "every": 1}
//
// prints a line of JSON for each step: what was struck, how often, and what failed to hold.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { DataSet } from "persist-archive";
import { readCount } from "./preload.ts";
import { contents, editByHand, OPTIONS, REPAIR, STEPS, type Durability, type Step } from "./script.ts";
import { Inspector } from "./sweep-inspector.ts";

const { EACCES, EDQUOT, EFBIG, EIO, EMFILE, ENOSPC, EROFS } = constants.errno;

/** What the system says to whoever wants to write: one of these in turn. */
const REFUSALS = [ENOSPC, EDQUOT, EROFS, EMFILE, EFBIG, EACCES];

/**
 * How an operation is struck: an errno, with reading as well where `reads`; half a write; or the end of the process, before it or in the middle of a write. The next
 * writer comes afterwards, or has had the set open since before the step where `isOpen`.
 */
const HOWS = [
  { how: String(EIO), reads: true, isOpen: false },
  { how: "refused", reads: false, isOpen: false },
  { how: "short", reads: false, isOpen: false },
  { how: "dead", reads: false, isOpen: false },
  { how: "torn-dead", reads: false, isOpen: false },
  { how: "dead", reads: false, isOpen: true },
  { how: "torn-dead", reads: false, isOpen: true },
];

/** What a sweep of one step has to tell. */
export interface SweepReport {
  readonly step: string;
  readonly durability: Durability;
  readonly how: string;
  /** Whether reading and opening were struck as well. */
  readonly reads: boolean;
  /** How many operations the step has, of those that are struck in this way, and the numbers of the struck. */
  readonly operations: number;
  readonly struck: readonly number[];
  readonly failed: number;
  readonly violations: readonly string[];
}

export async function sweep(
  directory: string,
  durability: Durability,
  every: number,
  report: (line: SweepReport) => void,
): Promise<void> {
  const steps = [...STEPS, REPAIR];
  const states = contents(steps);
  const base = join(directory, `base-${durability}`);
  for (let at = -1; at < steps.length; at++) {
    const step: Pick<Step, "name" | "edited" | "run"> = steps[at] ?? { name: "create", run: async () => {} };
    mkdirSync(base, { recursive: true });
    const inspector = new Inspector(at < 0 ? [states[0]!] : [states[at]!, states[at + 1]!], step.edited);
    for (const [number, { how, reads, isOpen }] of HOWS.entries()) {
      // nobody has it open before it is made; and who is the first of all to lock it does one operation more
      if (isOpen && at <= 0) continue;
      const violations: string[] = [];
      const struckAt: number[] = [];
      let [operations, failed] = [0, 0];
      // a different start for each kind, so that a coarse sweep strikes other operations by each
      for (let k = 1 + (number % every); ; k += every) {
        const trial = join(directory, "trial");
        copyTree(base, trial);
        if (step.edited !== undefined) editByHand(join(trial, "runs"), step.edited);
        const next = isOpen ? await openNext(join(trial, "runs")) : undefined;
        const refusal = REFUSALS[Math.floor(k / every) % REFUSALS.length]!;
        const struck = await strike(trial, k, how === "refused" ? String(refusal) : how, reads, async () => {
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
        if (struck.operations < k) {
          operations = struck.operations;
          await next?.close();
          break;
        }
        struckAt.push(k);
        if (struck.error !== undefined) failed++;
        try {
          await inspector.check(join(trial, "runs"), how, struck.error, next);
        } catch (error) {
          violations.push(
            `operation ${k}: ${(error as Error).message}; the step: ${struck.error instanceof Error ? struck.error.message : "done"}`,
          );
        }
        await next?.close();
        rmSync(trial, { recursive: true });
      }
      rmSync(join(directory, "trial"), { recursive: true, force: true });
      report({ step: step.name, durability, how, reads, operations, struck: struckAt, failed, violations });
    }
    if (step.edited !== undefined) editByHand(join(base, "runs"), step.edited);
    const set = await DataSet.open(join(base, "runs"), { ...OPTIONS, mode: "a", durability });
    await step.run(set);
    await set.close();
  }
}

/** A writer that has seen to all that was there before. */
async function openNext(path: string): Promise<DataSet> {
  const set = await DataSet.open(path, { ...OPTIONS, mode: "r+", durability: "process" });
  await set.transaction(async () => {});
  return set;
}

/** A copy of a directory with files and directories of files. (Node's own asks for each file where it lies.) */
function copyTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else copyFileSync(source, target);
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

const [directory, options] = process.argv.slice(2);
if (process.env["FAULT_COUNT"] !== undefined && directory !== undefined) {
  const { durabilities, every } = JSON.parse(options!) as { durabilities: Durability[]; every: number };
  for (const durability of durabilities)
    await sweep(directory, durability, every, (line) => console.log(JSON.stringify(line)));
}
