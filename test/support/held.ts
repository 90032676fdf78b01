// What this process holds of the system: open files, and files that are mapped.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { native } from "#dist/native.js";

export interface Held {
  readonly descriptors: number;
  readonly mappings: number;
}

/** So many collections find what is garbage and what only that held. */
const FEWEST_TURNS = 4;
/** Whatever is still there after so many is not being closed by anybody. */
const MOST_TURNS = 200;
const TURN_MS = 5;

/**
 * What is held when garbage is collected, and files are closed that HDF5's thread has yet to close. No more than `most` is waited for: it comes sooner or
 * later, unless something is lost.
 */
export async function heldAtRest(most?: Held): Promise<Held> {
  for (let turn = 1; ; turn++) {
    globalThis.gc!();
    await sleep(TURN_MS);
    const now = { descriptors: readdirSync("/proc/self/fd").length, mappings: native().liveMappings() };
    const isLevel =
      most === undefined || (now.descriptors <= most.descriptors && now.mappings <= most.mappings);
    if ((isLevel && turn >= FEWEST_TURNS) || turn >= MOST_TURNS) return now;
  }
}

/** What was held before may go meanwhile, if it was others'; more must not have come. */
export async function assertNoMoreThan(before: Held): Promise<void> {
  const after = await heldAtRest(before);
  const isLevel = after.descriptors <= before.descriptors && after.mappings <= before.mappings;
  assert.ok(isLevel, `${JSON.stringify(before)} became ${JSON.stringify(after)}`);
}
