// Finds the trials. A folder under trials/ with a trial.mjs is a trial; every other .mjs, .c and .py file in it is a driver.
import { readdirSync, existsSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { benchDirectory } from "./paths.mjs";

const folder = join(benchDirectory, "trials");

/**
 * One of: `atMost` of the time or peak memory of a driver (`of`; else of the reference); `below_ms`; `atLeast_MBps`.
 * @typedef {{ driver: string, measure?: "time" | "memory", of?: string, atMost?: number, below_ms?: number, atLeast_MBps?: number }} Target
 *
 * @typedef {object} Trial
 * @property {string} name of the folder
 * @property {string} title
 * @property {string} [driversOf] the trial whose drivers are used; its own when absent
 * @property {object} parameters handed to the drivers
 * @property {object} quick parameters that differ with --quick
 * @property {(parameters: object) => number} [bytes] how many bytes are worked on, which gives a speed
 * @property {string[]} [reference] names of the drivers whose best is 1 in the ratios
 * @property {Target[]} [targets] what is aimed at
 * @property {(directory: string, parameters: object) => void | Promise<void>} [prepare] makes files that all drivers read, once
 * @property {{ name: string, file: string, language: string }[]} drivers
 */

/**
 * All trials, or those whose names are given; "graph" names every trial that begins with it.
 * @param {string[]} wanted
 * @returns {Promise<Trial[]>}
 */
export async function loadTrials(wanted = []) {
  const all = readdirSync(folder).filter((name) => existsSync(join(folder, name, "trial.mjs")));
  const matches = (name, want) => name === want || name.startsWith(`${want}-`);
  for (const want of wanted)
    if (!all.some((name) => matches(name, want)))
      throw new RangeError(`there is no trial "${want}"; there are ${all.join(", ")}`);
  const chosen = all.filter((name) => wanted.length === 0 || wanted.some((want) => matches(name, want)));
  return Promise.all(chosen.toSorted().map(load));
}

async function load(name) {
  const { default: trial } = await import(pathToFileURL(join(folder, name, "trial.mjs")).href);
  const home = join(folder, trial.driversOf ?? name);
  const drivers = readdirSync(home)
    .filter((file) => file !== "trial.mjs" && [".mjs", ".c", ".py"].includes(extname(file)))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -extname(file).length),
      file: join(home, file),
      language: extname(file).slice(1),
    }));
  for (const used of [
    ...(trial.reference ?? []),
    ...(trial.targets ?? []).flatMap(({ driver, of }) => [driver, of ?? driver]),
  ])
    if (!drivers.some((driver) => driver.name === used))
      throw new Error(`trial ${name} names a driver "${used}", which it does not have`);
  return { name, ...trial, drivers };
}
