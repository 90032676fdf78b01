// What the engine itself makes of a text, to compare the reader with.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { difference } from "../support/isomorphic.ts";
import { temporaryDirectory } from "../support/temporary.ts";

export const directory: string = temporaryDirectory();
let files = 0;

/** The exports of a text, by importing it from a file in a directory of its own. */
export async function imported(text: string): Promise<Record<string, unknown>> {
  const file = join(directory, `text-${files++}.mjs`);
  writeFileSync(file, text);
  return exportsOf((await import(pathToFileURL(file).href)) as object);
}

/** The exports in an object with sorted keys, as a module namespace has them. */
export function exportsOf(module: object): Record<string, unknown> {
  const exports: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(module).toSorted()) exports[key] = (module as Record<string, unknown>)[key];
  return exports;
}

/** How the reader's exports differ from the engine's; null when they do not. */
export function compare(engine: Record<string, unknown>, reader: Record<string, unknown>): string | null {
  return difference(engine, exportsOf(reader));
}
