// Opens an archive on the disk without running its code; arrays are mapped, and read when they are touched.

import { basename, dirname, resolve } from "node:path";
import { stat } from "node:fs/promises";
import { readTextFile } from "../disk/read-text.ts";
import { PersistError } from "../errors.ts";
import { interpret, type ArrayRow } from "../interpret/interpret.ts";
import { NDArray } from "../ndarray.ts";
import { mappedArray } from "../store/mapped-array.ts";
import { openStored } from "../store/open-stored.ts";
import type { FileHead } from "../store/store.ts";
import { modulePath, moduleLayout, packageLayout, toPath, type Layout } from "./layout.ts";
import type { OpenOptions } from "./options.ts";
import { trustOf } from "./trust.ts";

/**
 * The items of an archive, as importing it would give them, but without running code. Arrays come memory-mapped: opening takes the same time whatever their
 * size.
 *
 * @param path the archive's directory or its `index.js`, or for the module form `NAME` or `NAME.mjs`; a string or a `file:` URL
 * @returns a null-prototype object of the items, in the order of the text
 * @throws PersistError PERSIST_NOT_FOUND; what {@link restore} throws; for an array file PERSIST_PATH_ESCAPE, PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE,
 * PERSIST_CORRUPT, PERSIST_TRUNCATED, PERSIST_FORMAT; PERSIST_IO
 */
export async function open(path: string | URL, options: OpenOptions = {}): Promise<Record<string, unknown>> {
  const { mode = "c", map = true, only, limits } = options;
  if (mode !== "c" && mode !== "r+") throw new TypeError(`mode must be "c" or "r+", not ${String(mode)}`);
  const layout = await locate(toPath(path));
  const file = modulePath(layout);
  const text = await readTextFile(file);
  return interpret(text, {
    ...trustOf(options, file),
    file,
    loadArrays: (table, heads) => loadArrays(layout.directory, table, heads, { map, mode }),
    ...(only === undefined ? {} : { only }),
    ...(limits === undefined ? {} : { limits }),
  });
}

/** Which form of archive a path names. */
async function locate(path: string): Promise<Layout> {
  if (basename(path) === "index.js") return packageLayout(dirname(resolve(path)));
  if (path.endsWith(".mjs")) return moduleLayout(path);
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isDirectory() === true) return packageLayout(path);
  if (facts !== undefined)
    throw new PersistError(
      "PERSIST_FORMAT",
      `${path} is not an archive: a directory, an index.js or an .mjs file is expected`,
      { file: path },
    );
  return (await stat(`${path}.mjs`).catch(() => undefined)) === undefined
    ? packageLayout(path)
    : moduleLayout(path);
}

function loadArrays(
  directory: string,
  table: Readonly<Record<string, ArrayRow>>,
  heads: Readonly<Record<string, FileHead>>,
  options: { map: boolean; mode: "c" | "r+" },
): Record<string, unknown> {
  const arrays: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(table)) {
    const [file, descr, extent, offset_bytes] = table[name]!;
    const shape = typeof extent === "number" ? [extent] : extent;
    const row =
      offset_bytes === undefined
        ? ([file, descr, shape] as const)
        : ([file, descr, shape, offset_bytes] as const);
    const head = Object.hasOwn(heads, file) ? heads[file] : undefined;
    const loaded = openStored(directory, row, head, options);
    if (typeof extent === "number") arrays[name] = loaded.data;
    else arrays[name] = options.map ? mappedArray(loaded) : new NDArray(loaded);
  }
  return arrays;
}
