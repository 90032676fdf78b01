// Opens an archive on the disk without running its code; arrays are mapped, and read when they are touched.

import { basename, dirname, resolve } from "node:path";
import { stat } from "node:fs/promises";
import { toPath } from "../disk/path.ts";
import { readTextFile } from "../disk/read-text.ts";
import { PersistError } from "../errors.ts";
import { checkOneOf } from "../options.ts";
import { DATA_SET_LINE } from "./first-line.ts";
import { modulePath, moduleLayout, packageLayout, type Layout } from "./layout.ts";
import type { OpenOptions } from "./options.ts";
import { readModule } from "./read-module.ts";

/**
 * The items of an archive, as importing it would give them, but without running code. Arrays come memory-mapped: opening takes the same time whatever their
 * size.
 *
 * @param path the archive's directory or its `index.js` (`index.bak.js`), or for the module form `NAME` or `NAME.mjs`; a string or a `file:` URL
 * @returns a null-prototype object of the items, in the order of the text
 * @throws PersistError PERSIST_NOT_FOUND; what {@link restore} throws; for an array file PERSIST_PATH_ESCAPE, PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE,
 * PERSIST_CORRUPT, PERSIST_TRUNCATED, PERSIST_FORMAT; PERSIST_IO
 */
export async function open(path: string | URL, options: OpenOptions = {}): Promise<Record<string, unknown>> {
  const { mode = "c" } = options;
  checkOneOf("mode", mode, ["c", "r+"]);
  const file = modulePath(await locate(toPath(path)));
  try {
    return await readModule(file, options);
  } catch (error) {
    if (DATA_SET_LINE.test(await readTextFile(file).catch(() => "")))
      throw new PersistError(
        "PERSIST_FORMAT",
        `${file} is the index of a data set, not an archive; DataSet.open opens it`,
        { file, cause: error },
      );
    throw error;
  }
}

/** Which form of archive a path names. */
export async function locate(path: string): Promise<Layout> {
  const layout = packageLayout(dirname(resolve(path)));
  if ([layout.module, layout.backup].includes(basename(path))) return { ...layout, module: basename(path) };
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
