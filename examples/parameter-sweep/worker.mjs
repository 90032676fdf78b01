// One worker of the sweep: takes the points that nobody has done and nobody is at, one after the other, until all are done.
//
// The claim of a point is a lock that ends with this process, however that ends. So a point whose worker was killed is free again at once, and nobody has to guess
// whether somebody is still at it.
import { once } from "node:events";
import { DataSet } from "persist-archive";
import { points, simulate } from "./pendulum.mjs";

const [path, count, transient] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const results = await DataSet.open(path, { mode: "a" });

for (;;) {
  await results.refresh();
  const left = points(count).filter(({ name }) => !results.has(name));
  if (left.length === 0) break;
  // the first that is free; when all that is left is someone else's, wait for one of them: it is done then, or its worker has died
  const { point, lock } = firstFree(left) ?? {
    point: left[0],
    lock: await results.claim(left[0].name, { timeout_ms: Infinity }),
  };
  await work(point, lock);
}
await results.close();
process.disconnect?.();

function firstFree(left) {
  for (const point of left) {
    const lock = results.tryClaim(point.name);
    if (lock !== null) return { point, lock };
  }
  return undefined;
}

async function work({ name, drive }, lock) {
  try {
    // someone may have done it between our look and our claim
    await results.refresh();
    if (results.has(name)) return;
    await tell({ event: "started", name });
    await permission();
    const { section, period } = simulate(drive, transient);
    await results.insert({ [name]: { drive, section } }, { info: { drive, period, worker: process.pid } });
    await tell({ event: "done", name });
  } finally {
    lock.release();
  }
}

function tell(message) {
  return new Promise((resolve) => (process.send === undefined ? resolve() : process.send(message, resolve)));
}

/** Lets whoever watches this worker kill it here, in the middle of its work. */
async function permission() {
  if (process.send !== undefined) await once(process, "message");
}
