// A series of checkpoints: DIRECTORY/step-000120/ and so on, each an archive of its own.
import { readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isPersistError, open, save } from "persist-archive";
import * as physics from "./physics.mjs";

const physicsFile = fileURLToPath(new URL("./physics.mjs", import.meta.url));

/** Where the checkpoint of a step is kept. */
export function pathOf(directory, step) {
  return join(directory, `step-${String(step).padStart(6, "0")}`);
}

/** Steps that have a directory, ascending. It may be incomplete: only opening it tells. */
export async function steps(directory) {
  const names = await readdir(directory).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .map((name) => /^step-(\d+)$/.exec(name))
    .filter(Boolean)
    .map((match) => Number(match[1]))
    .toSorted((a, b) => a - b);
}

/** Opens one checkpoint. Reading runs no code: the classes come from this program, under the name the archive gives them. */
export function openStep(directory, step) {
  const path = pathOf(directory, step);
  const specifier = relative(path, physicsFile).replaceAll("\\", "/");
  return open(path, { modules: { [specifier]: physics } });
}

/**
 * Opens the newest complete checkpoint. What a killed process left unfinished is newer than that, and is removed.
 * @returns the items of the checkpoint, or null when there is none
 */
export async function openNewest(directory) {
  for (const step of (await steps(directory)).toReversed()) {
    try {
      return await openStep(directory, step);
    } catch (error) {
      if (!isPersistError(error)) throw error;
      await rm(pathOf(directory, step), { recursive: true });
    }
  }
  return null;
}

/** Saves a checkpoint, whole or not at all, then removes all but the newest `keep`. */
export async function saveStep(directory, step, items, keep) {
  const report = await save(pathOf(directory, step), items);
  for (const old of (await steps(directory)).slice(0, -keep))
    await rm(pathOf(directory, old), { recursive: true });
  return report;
}
