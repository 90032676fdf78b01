// Where the files of an archive lie: the package form, a directory, and the module form, one file with its arrays beside it.

import { basename, dirname, join, resolve } from "node:path";
import { loaderName } from "../store/loader.ts";

export interface Layout {
  readonly form: "package" | "module";
  /** The absolute path of the archive as its user names it: the directory, or the module's file. */
  readonly path: string;
  /** The directory in which the module lies, to which all of its files are relative. */
  readonly directory: string;
  /** The module's file name. */
  readonly module: string;
  /** The file name under which a save keeps the module before: it lies beside it, so that all that it refers to is found. */
  readonly backup: string;
  /** The prefix of array files: `_arrays/` or `NAME_arrays/`. */
  readonly arrays: string;
  /** The file name of the array loader. */
  readonly loader: string;
}

/** The layout of the package form at `path`. */
export function packageLayout(path: string): Layout {
  const directory = resolve(path);
  return {
    form: "package",
    path: directory,
    directory,
    module: "index.js",
    backup: "index.bak.js",
    arrays: "_arrays/",
    loader: loaderName("package"),
  };
}

/** The layout of the module form at `NAME` or `NAME.mjs`. */
export function moduleLayout(path: string): Layout {
  const file = resolve(path.endsWith(".mjs") ? path : `${path}.mjs`);
  const name = basename(file, ".mjs");
  return {
    form: "module",
    path: file,
    directory: dirname(file),
    module: `${name}.mjs`,
    backup: `${name}.bak.mjs`,
    arrays: `${name}_arrays/`,
    loader: loaderName("module", name),
  };
}

/** The same layout in another directory, where it is built before it is published. */
export function inDirectory(layout: Layout, directory: string): Layout {
  return { ...layout, directory };
}

export function modulePath(layout: Layout): string {
  return join(layout.directory, layout.module);
}
