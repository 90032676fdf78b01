// One process of the simulation: goes on from the newest complete checkpoint, or starts afresh when there is none.
//
//     node run.mjs DIRECTORY [--grid 512] [--steps 480] [--interaction 500] [--every 24] [--keep 3]
import { parseArgs } from "node:util";
import { openSeries, reading } from "./checkpoints.mjs";
import { Propagator } from "./physics.mjs";
import { defaults, prepare } from "./setup.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: "string" }])),
});
const [directory] = positionals;
if (directory === undefined) throw new TypeError("usage: node run.mjs DIRECTORY [options]");
const options = { ...defaults };
for (const [name, text] of Object.entries(values)) options[name] = Number(text);

const report = process.send
  ? (message) => process.send(message)
  : (message) => console.log(JSON.stringify(message));
const orphaned = () => process.exit(1);
process.on("disconnect", orphaned); // whoever started this process is gone

const checkpoints = await openSeries(directory, options.keep);
const found = await checkpoints.latest(reading(directory));
for (const { step, error } of found?.skipped ?? [])
  console.error(`the checkpoint of step ${step} is damaged and passed over: ${error.message}`);
const items = found?.items ?? prepare(options);
const { simulation } = items;
const { grid, trap, interaction, psi, recorder, dt } = simulation;
const propagator = new Propagator(grid, trap, interaction);

if (found === null) {
  recorder.record(propagator.observe(psi.data));
  await checkpoint();
} else {
  report({ kind: "restarted", step: simulation.step });
}
while (simulation.step < options.steps) {
  propagator.step(psi.data, dt);
  simulation.step++;
  if (simulation.step % 4 === 0) recorder.record(propagator.observe(psi.data));
  if (simulation.step % options.every === 0 || simulation.step === options.steps) await checkpoint();
  report({ kind: "step", step: simulation.step });
}
await checkpoints.close(); // all of them are on the disk
process.off("disconnect", orphaned);
process.disconnect?.();

/** Goes on as soon as the state is copied; the copy is written in the background. */
async function checkpoint() {
  const { step, durable } = await checkpoints.save(simulation.step, items);
  durable.then(({ size_bytes, elapsed_ms }) => report({ kind: "saved", step, size_bytes, elapsed_ms }), stop);
}

/** A run that cannot keep its state is not worth going on with. */
function stop(error) {
  throw error;
}
