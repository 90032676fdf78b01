// One process of the simulation: goes on from the newest checkpoint, or begins.
//
//     node run.mjs DIRECTORY [--bodies 300] [--steps 120] [--every 5]
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Checkpoints } from "persist-archive";
import * as classes from "./scene.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    bodies: { type: "string", default: "300" },
    steps: { type: "string", default: "120" },
    every: { type: "string", default: "5" },
  },
});
const [directory] = positionals;
if (directory === undefined) throw new TypeError("usage: node run.mjs DIRECTORY [options]");
const steps = Number(values.steps);

// the archives import the classes from this file; here they come from this program, and no code of an archive is run
const specifier = relative(
  join(directory, "step-000000000"),
  fileURLToPath(new URL("./scene.mjs", import.meta.url)),
);

const checkpoints = await Checkpoints.open(directory, { keep: 2 });
const found = await checkpoints.latest({ modules: { [specifier.replaceAll("\\", "/")]: classes } });
const items = found?.items ?? { step: 0, scene: classes.ballOf(Number(values.bodies)), energies: [] };
const { scene, energies } = items;
console.log(found === null ? "begun" : `went on from step ${found.step}`);

while (items.step < steps) {
  if (items.step % 10 === 0) energies.push(scene.energy);
  scene.step(0.01);
  items.step++;
  if (items.step % Number(values.every) === 0 || items.step === steps)
    await checkpoints.save(items.step, items);
}
await checkpoints.close();
const drift = Math.max(...energies.map((energy) => Math.abs(energy / energies[0] - 1)));
console.log(
  `t = ${scene.time.toFixed(2)}, energy ${energies[0].toFixed(4)}, changed by at most ${(100 * drift).toFixed(2)} %`,
);
console.log(`archive: ${join(directory, `step-${String(steps).padStart(9, "0")}`, "index.js")}`);
