// A parameter sweep by four processes into one data set. One of them is killed in the middle of its work, and another takes that over. Nothing is computed twice, and nothing
// is lost.
//
//     node examples/parameter-sweep/main.mjs [--points 25 --transient 300 --workers 4]
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DataSet } from "persist-archive";
import { literature, points } from "./pendulum.mjs";

const { values } = parseArgs({
  options: {
    points: { type: "string", default: "25" },
    transient: { type: "string", default: "300" },
    workers: { type: "string", default: "4" },
  },
});
const [count, transient, workers] = [Number(values.points), Number(values.transient), Number(values.workers)];
const path = join("out", "sweep");
const begun_ms = performance.now();
const started = new Map(); // from the name of a point to the workers that have begun it
const done = new Map();
let victim; // the worker that is to be killed, as soon as it is at its second point
let taken; // the point that it was at

rmSync(path, { recursive: true, force: true });
console.log(`sweep      ${count} drives of a pendulum, ${workers} processes, into ${path}`);
await Promise.all(Array.from({ length: workers }, (_, i) => run(i + 1)));
process.exitCode = (await check()) ? 0 : 1;

async function run(number) {
  const child = fork(fileURLToPath(new URL("./worker.mjs", import.meta.url)), [
    path,
    String(count),
    String(transient),
  ]);
  let begun = 0;
  child.on("message", ({ event, name }) => {
    const list = event === "done" ? done : started;
    list.set(name, [...(list.get(name) ?? []), number]);
    if (event === "done") {
      console.log(`worker ${number}   ${name} done, ${done.size} of ${count}`);
      return;
    }
    if (++begun === 2 && victim === undefined) {
      [victim, taken] = [number, name];
      child.kill("SIGKILL");
      return;
    }
    if (name === taken) console.log(`worker ${number}   ${name} taken over from worker ${victim}`);
    child.send("go on");
  });
  const [status, signal] = await once(child, "close");
  if (signal === "SIGKILL") console.log(`worker ${number}   killed while it was at ${taken}`);
  else if (status !== 0) throw new Error(`worker ${number} ended with status ${status}`);
}

/** Prints what was found, and whether everything is as it should be. */
async function check() {
  const results = await DataSet.open(path);
  const names = points(count).map(({ name }) => name);
  const finished = names.filter((name) => results.has(name));
  const twice = names.filter(
    (name) =>
      (done.get(name)?.length ?? 0) > 1 || (started.get(name)?.length ?? 0) > (name === taken ? 2 : 1),
  );
  const { ok } = await results.verify();
  console.log();
  for await (const [, { drive, period }] of results)
    console.log(
      `F = ${drive.toFixed(3)}  ${period === 0 ? "does not repeat itself" : `repeats itself after ${period}`}`,
    );
  const wrong = [];
  for await (const [name, info, get] of results) {
    const known = literature.find(({ drive }) => Math.abs(drive - info.drive) < 1e-9);
    const { section } = await get();
    if ((known !== undefined && known.period !== info.period) || !section.data.every(Number.isFinite))
      wrong.push(name);
  }
  await results.close();
  const checks = [
    [`all ${count} points are there`, finished.length === count],
    [
      "no point was computed twice, and the one of the dead worker was taken over",
      twice.length === 0 && started.get(taken)?.length === 2,
    ],
    ["every file is what was committed", ok],
    ["the periods are those of the literature", wrong.length === 0],
  ];
  console.log();
  for (const [what, holds] of checks) console.log(`${holds ? "✓" : "✗"} ${what}`);
  console.log(`
in ${((performance.now() - begun_ms) / 1000).toFixed(1)} s. To look at the results:

node -e 'import("./${path}/index.js").then(({ info }) => console.table(info))'
node -e 'import("./${path}/drive_0.js").then(({ default: run }) => console.log(run.section.shape))'
python3 examples/parameter-sweep/read.py ${path}`);
  return checks.every(([, holds]) => holds);
}
