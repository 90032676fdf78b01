// A series of checkpoints: DIRECTORY/step-000120/ and so on, each an archive of its own.
import { readdir, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isPersistError, open, save } from "persist-archive";
import * as physics from "./physics.mjs";

const physicsFile = fileURLToPath(new URL("./physics.mjs", import.meta.url));

/** Where the checkpoint of a step is kept. */
export function pathOf(directory, step) {
  return join(directory, `step-${String(step).padStart(6, "0")}`);
}

/** Steps that have a checkpoint, ascending. A save is published by one rename, so what has the name is complete. */
export async function steps(directory) {
  return (await list(directory))
    .map((name) => /^step-(\d+)$/.exec(name))
    .filter(Boolean)
    .map((match) => Number(match[1]))
    .toSorted((a, b) => a - b);
}

function list(directory) {
  return readdir(directory).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

/** Opens one checkpoint. Reading runs no code: the classes come from this program, under the name the archive gives them. */
export function openStep(directory, step) {
  const path = pathOf(directory, step);
  const specifier = relative(path, physicsFile).replaceAll("\\", "/");
  return open(path, { modules: { [specifier]: physics } });
}

// What opening says of a checkpoint that came to harm after it was saved. Other errors are not the checkpoint's fault.
const damages = [
  "PERSIST_NOT_FOUND",
  "PERSIST_CORRUPT",
  "PERSIST_TRUNCATED",
  "PERSIST_FORMAT",
  "PERSIST_SYNTAX",
];

/** Removes what a process left that was killed while it saved. This program is the only one that writes here. */
export async function removeUnfinished(directory) {
  for (const name of await list(directory))
    if (/^\.step-\d+\..*\.tmp$/.test(name)) await rm(join(directory, name), { recursive: true });
}

/**
 * Opens the newest checkpoint that is good. Damaged ones are set aside under another name.
 * @returns the items of the checkpoint, or null when there is none
 */
export async function openNewest(directory) {
  for (const step of (await steps(directory)).toReversed()) {
    try {
      return await openStep(directory, step);
    } catch (error) {
      if (!isPersistError(error, ...damages)) throw error;
      const path = pathOf(directory, step);
      console.error(`${path} is damaged and is set aside: ${error.message}`);
      await rename(path, `${path}.damaged-${Date.now()}`);
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
