// One process of the simulation: goes on from the newest complete checkpoint, or starts afresh when there is none.
//
//     node run.mjs DIRECTORY [--grid 512] [--steps 480] [--interaction 500] [--every 24] [--keep 3]
import { parseArgs } from "node:util";
import { openNewest, removeUnfinished, saveStep } from "./checkpoints.mjs";
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

await removeUnfinished(directory);
const restored = await openNewest(directory);
const items = restored ?? prepare(options);
const { simulation } = items;
const { grid, trap, interaction, psi, recorder, dt } = simulation;
const propagator = new Propagator(grid, trap, interaction);

if (restored === null) {
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
process.off("disconnect", orphaned);
process.disconnect?.();

async function checkpoint() {
  const { size_bytes, elapsed_ms } = await saveStep(directory, simulation.step, items, options.keep);
  report({ kind: "saved", step: simulation.step, size_bytes, elapsed_ms });
}
