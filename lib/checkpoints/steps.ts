// The directories of a series: one for each step, and what writers that were killed have left.

import { readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { io } from "../disk/io-error.ts";

const STEP = /^step-(\d{9,16})$/;
const TEMPORARY = /^\.step-\d{9,16}\.[0-9a-f]{16}\.tmp$/;

/** The name of a step's directory. Names sort as steps do, up to a thousand million. */
export function stepName(step: number): string {
  return `step-${String(step).padStart(9, "0")}`;
}

/** @throws RangeError when it is not a safe integer from 0 */
export function checkStep(step: number): void {
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError("step must be a safe integer, 0 or more");
}

/** The steps that are there, ascending. A step is published by one rename: what has the name is complete. None where there is no directory. */
export async function listSteps(directory: string): Promise<number[]> {
  return stepsAmong(await list(directory));
}

/** The steps that are there at the moment of the call, however long others take from now on. */
export async function listStepsNow(directory: string): Promise<number[]> {
  const names = (async () => readdirSync(directory))();
  return stepsAmong(await noneIfAbsent(directory, names));
}

/** Paths of what was being written or removed; only the one writer may remove it. */
export async function listTemporaries(directory: string): Promise<string[]> {
  return (await list(directory)).filter((name) => TEMPORARY.test(name)).map((name) => join(directory, name));
}

function stepsAmong(names: readonly string[]): number[] {
  const steps = names.flatMap((name) => {
    const match = STEP.exec(name);
    const step = Number(match?.[1]);
    return match !== null && Number.isSafeInteger(step) && stepName(step) === name ? [step] : [];
  });
  return steps.toSorted((a, b) => a - b);
}

async function list(directory: string): Promise<string[]> {
  return noneIfAbsent(directory, readdir(directory));
}

function noneIfAbsent(directory: string, names: Promise<string[]>): Promise<string[]> {
  return names.catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? [] : io(directory, Promise.reject(error)),
  );
}
