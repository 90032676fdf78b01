// Reads one module of an archive without running it, with the arrays that its table names.

import { dirname } from "node:path";
import { readTextFile } from "../disk/read-text.ts";
import { interpret, type ArrayRow } from "../interpret/interpret.ts";
import { NDArray } from "../ndarray.ts";
import { mappedArray } from "../store/mapped-array.ts";
import { openStored } from "../store/open-stored.ts";
import type { FileHead, TableRow } from "../store/store.ts";
import type { OpenOptions } from "./options.ts";
import { trustOf } from "./trust.ts";

/**
 * The exports of a module; see {@link open}.
 * @param file its absolute path
 */
export async function readModule(file: string, options: OpenOptions): Promise<Record<string, unknown>> {
  const { mode = "c", map = true, only, limits } = options;
  const text = await readTextFile(file);
  return interpret(text, {
    ...trustOf(options, file),
    file,
    loadArrays: (table, heads) => loadArrays(dirname(file), table, heads, { map, mode }),
    ...(only === undefined ? {} : { only }),
    ...(limits === undefined ? {} : { limits }),
  });
}

function loadArrays(
  directory: string,
  table: Readonly<Record<string, ArrayRow>>,
  heads: Readonly<Record<string, FileHead>>,
  options: { map: boolean; mode: "c" | "r+" },
): Record<string, unknown> {
  const arrays: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(table)) {
    const [file, descr, extent, ...place] = table[name]!;
    const shape = typeof extent === "number" ? [extent] : extent;
    const row: TableRow = [file, descr, shape, ...place];
    const head = Object.hasOwn(heads, file) ? heads[file] : undefined;
    const loaded = openStored(directory, row, head, options);
    if (typeof extent === "number") arrays[name] = loaded.data;
    else arrays[name] = options.map ? mappedArray(loaded) : new NDArray(loaded);
  }
  return arrays;
}
