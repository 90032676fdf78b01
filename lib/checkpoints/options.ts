// The options of a series of checkpoints.

import { ARRAY_FORMATS, type ArrayFormat } from "../archive/store-arrays.ts";
import { checkCount, checkNumber, checkOneOf } from "../options.ts";
import type { Rule } from "../represent/template.ts";
import type { Durability, Progress } from "../store/store.ts";
import type { Source } from "./snapshot.ts";

/** Options of {@link Checkpoints.open}. */
export interface CheckpointsOptions {
  /** How many of the newest steps are kept; all when absent. */
  keep?: number;
  /** Steps that are multiples of it are kept for ever. */
  keepEvery?: number;
  /** How many states may wait while one is written; 1 when absent. Memory holds at most one state more than that, beside the caller's own. */
  pending?: number;
  /** The format of array files; `npy` when absent. Unchanged arrays are linked in place of being written in `npy` only: other formats share a file. */
  arrays?: ArrayFormat;
  /** Arrays with more elements are stored in files of their own; 100 when absent. */
  arrayThreshold?: number;
  /** `full` (default): on the disk when `durable` resolves; `process`: only safe from the death of this process. */
  durability?: Durability;
  /** Ways to write values of yours, tried in order before the built-in ones. */
  rules?: readonly Rule[];
  /** Writes all plain data as literals. */
  readable?: boolean;
  /** How long the first `save` waits for another writer of the series; 10,000 when absent. */
  timeout_ms?: number;
}

/** Options of {@link Checkpoints.save}. */
export interface SaveStepOptions {
  /**
   * `copy` (default): the state is free when `save` resolves. `borrow`: nothing is copied, and the arrays must stay as they are until the step is durable.
   * `transfer`: the buffers of arrays are taken over, and given back by the ticket's `buffers`.
   */
  source?: Source;
  /** With `borrow`: finds out whether an array was changed while it was written, and then writes no step. */
  check?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Options of {@link Checkpoints.trajectory}. */
export interface TrajectoryOptions {
  /** NumPy's name of the element type. */
  dtype: string;
  /** Elements along each axis of one frame. */
  shape: readonly number[];
  /** The step that the program goes on from; null when it begins anew. */
  from: number | null;
}

export interface Settings {
  readonly keep: number;
  readonly keepEvery: number;
  readonly pending: number;
  readonly arrays: ArrayFormat;
  readonly arrayThreshold: number;
  readonly durability: Durability;
  readonly rules: readonly Rule[] | undefined;
  readonly readable: boolean | undefined;
  readonly timeout_ms: number | undefined;
}

/** @throws TypeError, RangeError */
export function settingsOf(options: CheckpointsOptions): Settings {
  const {
    keep = Infinity,
    keepEvery = 0,
    pending = 1,
    arrays = "npy",
    arrayThreshold = 100,
    durability = "full",
    rules,
    readable,
    timeout_ms,
  } = options;
  if (keep !== Infinity) checkCount("keep", keep, 1);
  checkCount("keepEvery", keepEvery, 0);
  checkCount("pending", pending, 0);
  checkOneOf("arrays", arrays, ARRAY_FORMATS);
  checkNumber("arrayThreshold", arrayThreshold);
  checkOneOf("durability", durability, ["full", "process"]);
  return { keep, keepEvery, pending, arrays, arrayThreshold, durability, rules, readable, timeout_ms };
}
