// The options of a data set.

import type { OpenOptions } from "../archive/options.ts";
import { ARRAY_FORMATS, type ArrayFormat } from "../archive/store-arrays.ts";
import { checkNumber, checkOneOf } from "../options.ts";
import type { Rule } from "../represent/template.ts";
import type { CommitDurability } from "./commit.ts";

/** Options of {@link DataSet.open}. */
export interface DataSetOptions {
  /** NumPy's letters: `r` (default) reads; `r+` also writes; `a` also makes the set where it is missing; `x` makes a new one. */
  mode?: "r" | "r+" | "a" | "x";
  /**
   * When a change is acknowledged: `full` (default): on the disk, before others see it; `group`: on the disk, and others may see it before; `process`:
   * written, so that it survives the death of any process, but not a power cut.
   */
  durability?: CommitDurability;
  /** How long a change waits for those of other processes; 10,000 when absent. */
  timeout_ms?: number;
  /** How long files that nothing refers to any more are kept at least, for an `import` under way; 60,000 when absent. */
  grace_ms?: number;
  /** The format of array files; `npy` when absent. */
  arrays?: ArrayFormat;
  /** Arrays with more elements are stored in files of their own; 100 when absent. */
  arrayThreshold?: number;
  /** Ways to write values of yours; see {@link StringifyOptions}. */
  rules?: readonly Rule[];
  /** Writes all plain data as literals. */
  readable?: boolean;
}

/**
 * Options of {@link DataSet.get}: those of `open`, but for `mode`, since a version never changes, and `only`, since an item is one value. `verify` compares every file of the item with the
 * checksum that was committed.
 */
export type GetOptions = Omit<OpenOptions, "mode" | "only">;

/** The options with their defaults. */
export interface Settings {
  readonly mode: "r" | "r+" | "a" | "x";
  readonly durability: CommitDurability;
  readonly timeout_ms: number | undefined;
  readonly grace_ms: number;
  readonly arrays: ArrayFormat;
  readonly arrayThreshold: number;
  readonly rules: readonly Rule[] | undefined;
  readonly readable: boolean | undefined;
}

/** @throws TypeError, RangeError */
export function settingsOf(options: DataSetOptions): Settings {
  const {
    mode = "r",
    durability = "full",
    timeout_ms,
    grace_ms = 60_000,
    arrays = "npy",
    arrayThreshold = 100,
    rules,
    readable,
  } = options;
  checkOneOf("mode", mode, ["r", "r+", "a", "x"]);
  checkOneOf("durability", durability, ["full", "group", "process"]);
  checkOneOf("arrays", arrays, ARRAY_FORMATS);
  if (timeout_ms !== undefined) checkNumber("timeout_ms", timeout_ms);
  checkNumber("grace_ms", grace_ms);
  checkNumber("arrayThreshold", arrayThreshold);
  return { mode, durability, timeout_ms, grace_ms, arrays, arrayThreshold, rules, readable };
}
