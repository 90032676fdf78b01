// The newest step that opens.

import { join } from "node:path";
import type { OpenOptions } from "../archive/options.ts";
import { readModule } from "../archive/read-module.ts";
import { isPersistError, PersistError, type ErrorCode } from "../errors.ts";
import { listSteps, stepName } from "./steps.ts";
import { verifyStep } from "./verify-step.ts";

/** Options of {@link Checkpoints.latest} and {@link Checkpoints.open}. Checkpoints share the files of unchanged arrays, so none is opened for writing. */
export type OpenStepOptions = Omit<OpenOptions, "mode">;

export interface LatestOptions extends OpenStepOptions {
  /** Also reads every array, and takes no step whose bytes are not those that were written; false when absent. */
  verify?: boolean;
}

/** A step that was passed over. */
export interface Skipped {
  step: number;
  error: PersistError;
}

export interface Latest {
  step: number;
  items: Record<string, unknown>;
  /** Newer steps, which are damaged; the newest first. */
  skipped: Skipped[];
}

/** What opening says of a step that came to harm after it was written. Anything else is not the step's fault. */
const DAMAGES: readonly ErrorCode[] = [
  "PERSIST_NOT_FOUND",
  "PERSIST_CORRUPT",
  "PERSIST_TRUNCATED",
  "PERSIST_FORMAT",
  "PERSIST_SYNTAX",
  "PERSIST_SYMLINK",
  "PERSIST_NOT_REGULAR_FILE",
];

/**
 * @throws PersistError PERSIST_CORRUPT when there are steps and none of them opens; what opening throws that is no damage, such as
 * PERSIST_UNTRUSTED_IMPORT
 */
export async function latestStep(directory: string, options: LatestOptions): Promise<Latest | null> {
  const skipped: Skipped[] = [];
  const tried = new Set<number>();
  for (;;) {
    const step = (await listSteps(directory)).findLast((one) => !tried.has(one));
    if (step === undefined) break;
    tried.add(step);
    try {
      return { step, items: await openStep(directory, step, options), skipped };
    } catch (error) {
      if (!isPersistError(error, ...DAMAGES)) throw error;
      // a series that is being written loses its oldest steps meanwhile: that is no damage
      if ((await listSteps(directory)).includes(step)) skipped.push({ step, error });
    }
  }
  if (skipped.length === 0) return null;
  throw new PersistError(
    "PERSIST_CORRUPT",
    `none of the ${skipped.length} checkpoints in ${directory} opens; the newest: ${skipped[0]!.error.message}`,
    { file: directory, cause: skipped[0]!.error },
  );
}

async function openStep(
  directory: string,
  step: number,
  { verify = false, ...options }: LatestOptions,
): Promise<Record<string, unknown>> {
  const path = join(directory, stepName(step));
  if (verify) {
    const [problem] = (await verifyStep(path)).problems;
    if (problem !== undefined) throw new PersistError(problem.code, problem.message, { file: problem.file });
  }
  return readModule(join(path, "index.js"), options);
}
