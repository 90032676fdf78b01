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
import { explore, record, SYNCS, withoutSync, workDirectory } from "./crash-states.ts";
import { shim } from "./preload.ts";
import type { Durability } from "./script.ts";
import type { SweepReport } from "./sweep.ts";

const DURABILITIES: readonly Durability[] = ["full", "group", "process"];

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
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as SweepReport;
      sum.cases += line.cases;
      sum.failed += line.failed;
      sum.violations.push(
        ...line.violations.map((what) => `${line.durability} ${line.step} ${line.how}: ${what}`),
      );
      report(line);
    }
    const [status, signal] = (await exited) as [number | null, string | null];
    if (status !== 0) sum.violations.push(`the sweep of ${durability} ended with ${status ?? signal}`);
    rmSync(directory, { recursive: true, force: true });
  };
  await Promise.all(durabilities.map(run));
  return sum;
}

async function sweepAll(): Promise<boolean> {
  const { cases, failed, violations } = await runSweep(
    1,
    ({ durability, step, how, cases: n, violations: v }) =>
      console.log(`${durability} ${step} ${how}: ${n} cases, ${v.length} violations`),
  );
  console.log(`${cases} cases, ${failed} steps failed as they should, ${violations.length} violations`);
  for (const violation of violations) console.log(violation);
  return violations.length === 0 && cases >= 2000;
}

async function crashStates(states: number, seed: number): Promise<boolean> {
  let isGood = true;
  let made = 0;
  // the fixed script first, then random ones
  for (let round = 0; made < states; round++) {
    const script = round < 2 ? 0 : seed * 1000 + round;
    const durability = round % 2 === 0 ? "full" : "group";
    const operations = record(durability, script);
    const found = await explore(operations, { most: 200, seed: seed + round, script });
    made += found.states;
    console.log(
      `${durability}, script ${script}: ${operations.length} operations, ${found.states} states, ${found.distinct} not alike, ${found.violations.size === 0 ? "0 violations" : "VIOLATIONS"}; ${made} states so far`,
    );
    for (const [what, count] of found.violations) console.log(`  ${count} times: ${what}`);
    isGood &&= found.violations.size === 0;
  }
  const operations = record("full");
  for (const [what, path] of SYNCS) {
    const { states: tried, violations } = await explore(withoutSync(operations, path), {
      most: 60,
      seed,
      stopAtFirst: true,
    });
    const [first] = violations.keys();
    console.log(`without the sync of ${what}: ${first ?? "NOTHING NOTICED"} (after ${tried} states)`);
    isGood &&= first !== undefined;
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
