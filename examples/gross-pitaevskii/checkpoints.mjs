// The series of checkpoints of a run: DIRECTORY/step-000000120/ and so on, each an archive of its own.
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Checkpoints } from "persist-archive";
import * as physics from "./physics.mjs";

const physicsFile = fileURLToPath(new URL("./physics.mjs", import.meta.url));

/** Opens the series, to write or to read. */
export async function openSeries(directory, keep = Infinity) {
  return Checkpoints.open(directory, { keep });
}

/** Where the checkpoint of a step is kept. */
export function pathOf(directory, step) {
  return join(directory, `step-${String(step).padStart(9, "0")}`);
}

/** Reading runs no code: the classes come from this program, under the name that the archives give them. */
export function reading(directory) {
  const specifier = relative(pathOf(directory, 0), physicsFile).replaceAll("\\", "/");
  return { modules: { [specifier]: physics } };
}
