// The long runs: every file operation struck, and as many crash states as are asked for.
//
//     npm run sweep                               all of it, at every durability
//     npm run crash-states -- --states 100000     so many states in all; --seed N
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explore, record, withoutSync, workDirectory } from "./crash-states.ts";
import { lifeOf } from "./life.ts";
import { shim } from "./preload.ts";
import type { Durability } from "./script.ts";
import type { SweepReport } from "./sweep.ts";

const DURABILITIES: readonly Durability[] = ["full", "group", "process"];

/** Each is looked at by itself, and without each of its syncs. */
const LIVES = ["set", "package", "module", "checkpoints"];

/** Sweeps in processes of their own, one for each durability; strikes one of `every` operations. */
export async function runSweep(
  every: number,
  report: (line: SweepReport) => void,
  durabilities: readonly Durability[] = DURABILITIES,
): Promise<{ cases: number; failed: number; violations: string[] }> {
  const sum = { cases: 0, failed: 0, violations: [] as string[] };
  const run = async (durability: Durability): Promise<void> => {
    const directory = workDirectory();
    mkdirSync(join(directory, "trials"));
    const child = spawn(
      process.execPath,
      [
        fileURLToPath(new URL("sweep.js", import.meta.url)),
        join(directory, "trials"),
        JSON.stringify({ durabilities: [durability], every }),
      ],
      {
        env: { ...process.env, LD_PRELOAD: shim(), FAULT_COUNT: join(directory, "count") },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const exited = once(child, "exit");
    const visited = new Visited();
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as SweepReport;
      sum.cases += line.struck.length;
      visited.add(line);
      sum.failed += line.failed;
      sum.violations.push(
        ...line.violations.map((what) => `${line.durability} ${line.step} ${line.how}: ${what}`),
      );
      report(line);
    }
    sum.violations.push(...visited.missing());
    const [status, signal] = (await exited) as [number | null, string | null];
    if (status !== 0) sum.violations.push(`the sweep of ${durability} ended with ${status ?? signal}`);
    rmSync(directory, { recursive: true, force: true });
  };
  await Promise.all(durabilities.map(run));
  return sum;
}

/** Which operations were struck in some way: all that change something must have been. */
class Visited {
  readonly #steps: Map<string, { operations: number; struck: Set<number> }> = new Map<
    string,
    { operations: number; struck: Set<number> }
  >();

  add({ durability, step, reads, operations, struck }: SweepReport): void {
    if (reads) return; // they are counted among the reads
    const key = `${durability} ${step}`;
    const known = this.#steps.get(key) ?? { operations: 0, struck: new Set<number>() };
    known.operations = Math.max(known.operations, operations);
    for (const number of struck) known.struck.add(number);
    this.#steps.set(key, known);
  }

  missing(): string[] {
    return [...this.#steps].flatMap(([step, { operations, struck }]) =>
      Array.from({ length: operations }, (_, k) => k + 1)
        .filter((number) => !struck.has(number))
        .map((number) => `${step}: operation ${number} was never struck`),
    );
  }
}

async function sweepAll(): Promise<boolean> {
  const { cases, failed, violations } = await runSweep(
    1,
    ({ durability, step, how, operations, struck, violations: v }) =>
      console.log(
        `${durability} ${step} ${how}: ${struck.length} of ${operations} operations, ${v.length} violations`,
      ),
  );
  console.log(`${cases} cases, ${failed} steps failed as they should, ${violations.length} violations`);
  for (const violation of violations) console.log(violation);
  return violations.length === 0 && cases >= 2000;
}

/** Data sets by the fixed script and by random ones, archives of both forms, checkpoints. */
function lifeOfRound(round: number, seed: number): string {
  return LIVES[round] ?? `set ${seed * 1000 + round}`;
}

async function crashStates(states: number, seed: number): Promise<boolean> {
  let isGood = true;
  let made = 0;
  for (let round = 0; made < states; round++) {
    const life = lifeOfRound(round >> 1, seed);
    const durability = round % 2 === 0 ? "full" : "group";
    const operations = record(life, durability);
    const found = await explore(life, operations, { most: 200, seed: seed + round });
    made += found.states;
    console.log(
      `${life}, ${durability}: ${operations.length} operations, ${found.states} states, ${found.distinct} not alike, ${found.violations.size === 0 ? "0 violations" : "VIOLATIONS"}; ${made} states so far`,
    );
    for (const [what, count] of found.violations) console.log(`  ${count} times: ${what}`);
    isGood &&= found.violations.size === 0;
  }
  for (const life of LIVES) {
    const operations = record(life, "full");
    for (const [what, path] of lifeOf(life).syncs) {
      const { states: tried, violations } = await explore(life, withoutSync(operations, path), {
        most: 60,
        seed,
        stopAtFirst: true,
      });
      const [first] = violations.keys();
      console.log(
        `${life} without the sync of ${what}: ${first ?? "NOTHING NOTICED"} (after ${tried} states)`,
      );
      isGood &&= first !== undefined;
    }
  }
  return isGood;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: {
      states: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
    },
    allowPositionals: true,
  });
  const isGood =
    positionals[0] === "sweep"
      ? await sweepAll()
      : await crashStates(Number(values.states), Number(values.seed));
  process.exitCode = isGood ? 0 : 1;
}
