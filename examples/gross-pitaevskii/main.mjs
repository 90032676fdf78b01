// Runs the simulation twice, side by side: once undisturbed, and once killed in the middle and started again. Both must
// end with the same bits.
//
//     npm start [-- --grid 512 --steps 480 --interaction 500 --every 24 --keep 3 --kill-at 0.6]
import { fork, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openSeries, pathOf, reading } from "./checkpoints.mjs";
import { checkPhysics, literature } from "./checks.mjs";
import { densityPicture } from "./picture.mjs";
import { defaults } from "./setup.mjs";
import { bar, clear, line, paint, progress } from "./terminal.mjs";

const runner = fileURLToPath(new URL("./run.mjs", import.meta.url));
const directories = { undisturbed: join("out", "gpe-undisturbed"), killed: join("out", "gpe") };
const children = new Set();
const at = {}; // the step that each run has reached; none while the ground state is being found
const saves_ms = [];
let save_bytes = 0;
let isInterrupted = false;
const begun_ms = performance.now();

const options = readOptions();
for (const [name, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
])
  process.on(name, async () => {
    isInterrupted = true;
    await killAll();
    clear();
    line("interrupted");
    process.exit(128 + number);
  });

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  await killAll();
  clear();
  if (!isInterrupted) throw error; // otherwise a child that was killed is no news
}

async function main() {
  for (const directory of Object.values(directories)) rmSync(directory, { recursive: true, force: true });
  const { grid, steps, interaction, every } = options;
  line(paint("bold", "Gross-Pitaevskii: a breathing condensate with three vortices"));
  line(
    `${grid} × ${grid} points of complex128, g = ${interaction}, ${steps} steps, a checkpoint every ${every} steps`,
  );
  line();

  await Promise.all([start("undisturbed").done, killAndRestart()]);
  clear();
  const mean_ms = saves_ms.reduce((sum, ms) => sum + ms, 0) / saves_ms.length;
  line(
    `saved      ${saves_ms.length} checkpoints of ${(save_bytes / 1e6).toFixed(1)} MB in the background, synced, in ${mean_ms.toFixed(0)} ms each`,
  );

  const [whole, restarted] = await Promise.all(
    [directories.undisturbed, directories.killed].map(async (directory) =>
      (await openSeries(directory)).open(steps, reading(directory)),
    ),
  );
  line();
  for (const text of densityPicture(restarted.simulation)) line(`  ${paint("cyan", text)}`);
  const good = [showPhysics(restarted), showBits(whole, restarted)].every(Boolean);
  showArchive(directories.killed, restarted);
  line();
  line(
    good
      ? paint(["bold", "green"], `OK  all of it holds (${seconds()})`)
      : paint(["bold", "red"], `FAILED  see ✗ above (${seconds()})`),
  );
  return good;
}

/** Kills the runs that there are, and waits until they are gone. */
async function killAll() {
  const killed = [...children].filter((child) => child.kill("SIGKILL"));
  await Promise.all(killed.map((child) => once(child, "exit")));
}

/** Kills a run at a random moment, and starts another process in its place. */
async function killAndRestart() {
  let first;
  // A busy machine may come too late, when the last checkpoint is there already: then from the beginning.
  do {
    rmSync(directories.killed, { recursive: true, force: true });
    first = await killInTheMiddle();
  } while (existsSync(pathOf(directories.killed, options.steps)));
  const reached = at.killed;
  line(
    `killed     by SIGKILL after step ${reached} of ${options.steps}, a random moment (process ${first.pid})`,
  );

  const second = start("killed");
  const from = await second.restarted;
  line(
    `restarted  from ${pathOf(directories.killed, from)}, ${Math.max(0, reached - from)} steps lost (process ${second.child.pid})`,
  );
  await second.done;
}

/** Lets a run get to a random moment and kills it there. Gives the process. */
async function killInTheMiddle() {
  const moment = options["kill-at"] ?? 0.25 + 0.6 * Math.random();
  const target = Math.max(1, Math.floor(moment * options.steps));
  const first = start("killed");
  await Promise.race([first.reached(1), first.done]);
  const stepping_ms = performance.now();
  await Promise.race([first.reached(target), first.done]);
  // Up to a checkpoint's interval later, so that it may fall anywhere: into a step or into the writing of a checkpoint.
  const later = Math.min(options.every, options.steps - target);
  await sleep(Math.random() * later * ((performance.now() - stepping_ms) / target));
  first.child.kill("SIGKILL");
  await first.done.catch(() => {}); // its death is what was wanted
  return first.child;
}

/** Starts a run in a process of its own. */
function start(name) {
  if (isInterrupted) throw new Error("interrupted");
  const run = [directories[name], ...Object.keys(defaults).map((key) => `--${key}=${options[key]}`)];
  const child = fork(runner, run);
  children.add(child);
  showProgress();
  const waiting = []; // { step, resolve }: who waits for the run to reach a step
  const restarted = withResolvers();
  const done = withResolvers();
  child.on("message", (message) => {
    if (message.kind === "restarted") restarted.resolve(message.step);
    if (message.kind === "saved") {
      saves_ms.push(message.elapsed_ms);
      save_bytes = message.size_bytes;
      return; // of a step that may be long past
    }
    at[name] = message.step;
    for (const { step, resolve } of waiting) if (at[name] >= step) resolve();
    showProgress();
  });
  child.on("error", done.reject);
  child.on("exit", (code, signal) => {
    children.delete(child);
    const error = new Error(`the ${name} run ended with ${signal ?? `exit code ${code}`}`);
    restarted.reject(error);
    if (code === 0) done.resolve();
    else done.reject(error);
  });
  restarted.promise.catch(() => {}); // only a second run is asked for it
  return {
    child,
    done: done.promise,
    restarted: restarted.promise,
    reached: (step) => new Promise((resolve) => waiting.push({ step, resolve })),
  };
}

function showProgress() {
  const { steps } = options;
  const width = (process.stdout.columns ?? 100) < 90 ? 8 : 16;
  const one = (name) =>
    at[name] === undefined
      ? `${name}: finding the ground state`
      : `${name} ${bar(at[name] / steps, width)} ${String(at[name]).padStart(String(steps).length)}/${steps}`;
  progress(`${one("undisturbed")}   ${one("killed")}   ${seconds()}`);
}

function showPhysics(items) {
  const checks = checkPhysics(items);
  const width = Math.max(...checks.map((check) => check.name.length));
  line();
  line(
    paint("bold", `  ${"physics".padEnd(width)}  ${"measured".padStart(12)}  ${"reference".padStart(12)}`),
  );
  for (const { ok, name, measured, reference, source } of checks)
    line(
      `${mark(ok)} ${name.padEnd(width)}  ${figure(measured)}  ${figure(reference)}  ${paint("gray", source)}`,
    );
  line(paint("gray", `  ${literature}`));
  return checks.every((check) => check.ok);
}

function showBits(whole, restarted) {
  const fields = [whole, restarted].map((items) => sha256(items.simulation.psi.data));
  const series = [whole, restarted].map((items) => JSON.stringify([...items.simulation.recorder.series]));
  const ok = fields[0] === fields[1] && series[0] === series[1];
  line();
  line(paint("bold", "  same bits after the kill"));
  for (const [i, name] of ["undisturbed", "killed and restarted"].entries())
    line(`${mark(ok)} ${name.padEnd(20)}  sha256 of ψ ${fields[i].slice(0, 32)}…`);
  return ok;
}

/** Tells where the archive is and how to read it, as commands to paste; where NumPy is at hand, also what it reads. */
function showArchive(directory, { simulation }) {
  const path = pathOf(directory, simulation.step).replaceAll("\\", "/");
  const script = `import numpy as np; psi = np.load("${path}/_arrays/psi.npy"); print(psi.shape, psi.dtype)`;
  line();
  line(paint("bold", "  the archive"));
  line(`  ${path}/index.js`);
  line();
  line(paint("gray", "  read it from JavaScript"));
  line(`node -e 'import("./${path}/index.js").then((items) => console.log(items))'`);
  line(paint("gray", "  and from Python"));
  line(`python3 -c '${script}'`);
  const sum = `${script}; print("norm", (abs(psi)**2).sum() * ${simulation.grid.spacing ** 2})`;
  for (const python of ["/usr/bin/python3", "python3"]) {
    const { status, stdout } = spawnSync(python, ["-c", sum], { encoding: "utf8" });
    if (status !== 0) continue; // no Python, or no NumPy: nothing to show
    line(paint("gray", `  NumPy just read: ${stdout.trim().replaceAll("\n", ", ")}`));
    break;
  }
}

function readOptions() {
  const names = [...Object.keys(defaults), "kill-at"];
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
  });
  const result = { ...defaults };
  for (const [name, text] of Object.entries(values)) {
    result[name] = Number(text);
    if (!(result[name] > 0)) throw new RangeError(`--${name} takes a positive number, not "${text}"`);
  }
  if (result["kill-at"] >= 1) throw new RangeError("--kill-at takes a part of the steps, below 1");
  return result;
}

function mark(ok) {
  return ok ? paint("green", "✓") : paint("red", "✗");
}

function figure(value) {
  const text = Number.isInteger(value) || Math.abs(value) >= 1e-3 ? value.toFixed(7) : value.toExponential(1);
  return (Number.isInteger(value) ? String(value) : text).padStart(12);
}

function seconds() {
  return `${((performance.now() - begun_ms) / 1000).toFixed(1)} s`;
}

function sha256(data) {
  return createHash("sha256")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");
}

function withResolvers() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}
