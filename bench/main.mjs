// Measures trials and writes what was measured to bench/results/.
//
//     npm run bench [-- NAME…] [--rounds 7] [--quick] [--driver NAME] [--list]
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "./harness/machine.mjs";
import { measure } from "./harness/measure.mjs";
import { benchDirectory } from "./harness/paths.mjs";
import { installPeers } from "./harness/peers.mjs";
import { showTable } from "./harness/table.mjs";
import { loadTrials } from "./harness/trials.mjs";

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    quick: { type: "boolean", default: false },
    driver: { type: "string", multiple: true },
    list: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new RangeError(`--rounds takes a whole number from 1, not "${options.rounds}"`);

const trials = await loadTrials(names);
if (options.list) {
  for (const { name, title, drivers } of trials)
    console.log(`${name.padEnd(20)} ${title}\n${" ".repeat(21)}${drivers.map((d) => d.name).join(", ")}`);
} else {
  installPeers();
  process.exitCode = (await run()) ? 0 : 1;
}

async function run() {
  const begun = new Date();
  const machine = describeMachine();
  // Quick runs and runs of chosen drivers try the harness out; the report takes whole ones only.
  const whole = !options.quick && options.driver === undefined;
  const results = join(
    benchDirectory,
    "results",
    `${begun.toISOString().slice(0, 19).replaceAll(":", "")}${whole ? "" : "-partial"}.jsonl`,
  );
  mkdirSync(join(benchDirectory, "results"), { recursive: true });
  const record = (entry) => appendFileSync(results, `${JSON.stringify(entry)}\n`);
  record({ kind: "run", begun: begun.toISOString(), rounds, quick: options.quick, machine });

  let good = true;
  for (const trial of trials) {
    const drivers = trial.drivers.filter(({ name }) => options.driver?.includes(name) ?? true);
    const samples = await measure({ ...trial, drivers }, { rounds, quick: options.quick, onSample: record });
    good =
      showTable(
        options.quick ? { ...trial, title: `${trial.title} (quick: smaller)`, targets: [] } : trial,
        samples,
      ) && good;
  }
  console.log(`\n${results}`);
  return good;
}
