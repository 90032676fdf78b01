// One worker: advances its rows, step by step, together with the others.
import { parentPort, workerData } from "node:worker_threads";
import { advanceRows } from "./membrane.mjs";

const { fields, size, barrier, number, count } = workerData;
const from = Math.floor((size * number) / count);
const to = Math.floor((size * (number + 1)) / count);

parentPort.on("message", ({ step, count: steps }) => {
  for (let k = step; k < step + steps; k++) {
    advanceRows(fields[k % 2], fields[(k + 1) % 2], size, from, to);
    meet();
  }
  parentPort.postMessage("done");
});

/** Waits until all workers are here. `barrier` holds how many have come, and how often all did. */
function meet() {
  const round = Atomics.load(barrier, 1);
  if (Atomics.add(barrier, 0, 1) === count - 1) {
    Atomics.store(barrier, 0, 0);
    Atomics.add(barrier, 1, 1);
    Atomics.notify(barrier, 1);
  } else {
    while (Atomics.load(barrier, 1) === round) Atomics.wait(barrier, 1, round);
  }
}
