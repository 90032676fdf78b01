// The options of the public functions that deal with archives.

import type { Progress } from "../store/store.ts";
import type { Rule } from "../represent/template.ts";

export type { Rule } from "../represent/template.ts";

/** Options of {@link stringify} and of an Archive. */
export interface StringifyOptions {
  /** Ways to write values of yours: each object is shown to them in order, before the built-in ways, unless it has a `[represent]`. */
  rules?: readonly Rule[];
  /** Writes all plain data as literals; false when absent: large data is written as JSON text, which loads twice as fast. */
  readable?: boolean;
  /** Takes exactly one item, and makes it the default export. */
  single?: boolean;
}

/** Options of {@link save}. */
export interface SaveOptions extends StringifyOptions {
  /** `package` (default): a directory with `index.js`; `module`: one file `NAME.mjs`, with its arrays in `NAME_arrays/`. */
  form?: "package" | "module";
  /** The format of array files; `npy` when absent, where more than 100 small arrays share one npz file. */
  arrays?: "npy" | "npz" | "hdf5";
  /** Deflates the arrays, for `arrays` in `npz` or `hdf5` (false). `open` then reads the arrays, rather than mapping them. */
  compress?: boolean;
  /** Sums the arrays while they are written, and keeps the sums in the module (false). `open` with `verify: true` and {@link verify} compare them. */
  checksum?: boolean;
  /** Arrays with more elements are stored in files of their own; 100 when absent. */
  arrayThreshold?: number;
  /** Replaces an archive that is there; false when absent: PERSIST_EXISTS. */
  overwrite?: boolean;
  /**
   * With `overwrite`, keeps the archive that is replaced, in the place of the one kept before: `index.bak.js`, or `NAME.bak.mjs`. It shares files with the archive and is
   * opened or imported in the same way; false when absent.
   */
  backup?: boolean;
  /** `full` (default): on the disk when the promise resolves; `process`: only safe from the death of this process. */
  durability?: "full" | "process";
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** What {@link save} has done. */
export interface SaveReport {
  /** The absolute path of the module to import. */
  path: string;
  /** Every file written, relative to the archive's directory. */
  files: { name: string; size_bytes: number }[];
  size_bytes: number;
  elapsed_ms: number;
  /** Modules that the archive imports by a relative path: it cannot be moved without them. */
  relativeImports: string[];
}

/** Which modules an archive may import when it is opened, and what it may call of them. */
export interface TrustOptions {
  /** Namespaces by specifier, as they stand in the archive: `{ "my-sim": await import("my-sim") }`. */
  modules?: Readonly<Record<string, object>>;
  /** Specifiers that are resolved from the calling program. */
  trust?: readonly string[];
  /** Imported things that the archive may call, by specifier: `{ "my-sim": ["Grid"] }`. */
  calls?: Readonly<Record<string, readonly string[]>>;
}

/** Options of {@link restore}. */
export interface RestoreOptions extends TrustOptions {
  /** Restores these items and what they need, no more. */
  only?: readonly string[];
  /** Budgets; crossing one is PERSIST_LIMIT. */
  limits?: { text_bytes?: number; nodes?: number; array_elements?: number; bigint_digits?: number };
}

/** Options of {@link open}. */
export interface OpenOptions extends RestoreOptions {
  /** How arrays are mapped: `c` (default): writes stay in memory; `r+`: writes reach the file. */
  mode?: "c" | "r+";
  /** Maps arrays (default) or copies them. */
  map?: boolean;
  /** Reads every array that is opened, and compares it with the checksum that the archive was saved with, if it was (false). */
  verify?: boolean;
}
