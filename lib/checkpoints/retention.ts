// Which steps are kept, and how the others go: by another name first, so that nobody finds half a step.

import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { temporaryName } from "../disk/replace.ts";
import { listSteps, stepName } from "./steps.ts";

export interface Retention {
  /** The newest steps that are kept. */
  readonly keep: number;
  /** Steps that are multiples of it are kept for ever; 0 for none. */
  readonly keepEvery: number;
}

/**
 * Removes steps that need not be kept. `durable` is one that has just become durable: nothing newer is counted on, and it is never removed.
 * What cannot be removed stays until the next time.
 */
export async function removeOldSteps(
  directory: string,
  durable: number,
  { keep, keepEvery }: Retention,
): Promise<void> {
  const older = (await listSteps(directory)).filter((step) => step <= durable);
  const old = keep === Infinity ? [] : older.slice(0, -keep);
  for (const step of old) {
    if (keepEvery > 0 && step % keepEvery === 0) continue;
    const aside = temporaryName(directory, stepName(step));
    const moved = await rename(join(directory, stepName(step)), aside).then(
      () => true,
      () => false,
    );
    if (moved) await rm(aside, { recursive: true, force: true }).catch(() => {});
  }
}
