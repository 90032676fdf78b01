// A membrane that swings, computed by worker threads in shared memory, with checkpoints. Kill it at any time and run it again.
//
//     node run.mjs DIRECTORY [--size 256] [--steps 400] [--every 20] [--workers 2]
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { Checkpoints } from "persist-archive";
import { COURANT, amplitude, mode } from "./membrane.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: "string", default: "256" },
    steps: { type: "string", default: "400" },
    every: { type: "string", default: "20" },
    workers: { type: "string", default: "2" },
  },
});
const [directory] = positionals;
if (directory === undefined) throw new TypeError("usage: node run.mjs DIRECTORY [options]");
const [size, steps, every, count] = ["size", "steps", "every", "workers"].map((name) => Number(values[name]));

const checkpoints = await Checkpoints.open(directory, { keep: 2 });
const found = await checkpoints.latest();
// the two fields are views of one shared buffer, and come back as such
const state = found?.items ?? begin();
console.log(found === null ? "begun" : `went on from step ${found.step}`);

const barrier = new Int32Array(new SharedArrayBuffer(8));
const workers = Array.from(
  { length: count },
  (_, number) =>
    new Worker(new URL("./worker.mjs", import.meta.url), {
      workerData: { fields: state.fields, size, barrier, number, count },
    }),
);
while (state.step < steps) {
  const batch = Math.min(every, steps - state.step);
  const done = workers.map((worker) => once(worker, "message"));
  for (const worker of workers) worker.postMessage({ step: state.step, count: batch });
  await Promise.all(done);
  state.step += batch;
  // the workers wait for the next message, so the fields stand still until the snapshot is taken
  await checkpoints.save(state.step, state);
}
await checkpoints.close();
await Promise.all(workers.map((worker) => worker.terminate()));

const field = state.fields[state.step % 2];
const expected = mode(size).map((value) => value * amplitude(size, state.step));
const error = field.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
console.log(
  `step ${steps}: amplitude ${amplitude(size, steps).toFixed(6)}, off the exact solution by ${error.toExponential(1)}`,
);
console.log(`archive: ${join(directory, `step-${String(state.step).padStart(9, "0")}`, "index.js")}`);
process.exitCode = error < 1e-10 ? 0 : 1;

/** The fields of steps 0 and 1: a mode of the membrane, at rest at its largest. */
function begin() {
  const cells = size * size;
  const memory = new SharedArrayBuffer(2 * cells * 8);
  const fields = [0, 1].map((k) => new Float64Array(memory, k * cells * 8, cells));
  const shape = mode(size);
  fields[0].set(shape);
  fields[1].set(shape.map((value) => value * amplitude(size, -1))); // of the step before: the same by symmetry
  return { step: 0, courant: COURANT, fields };
}
