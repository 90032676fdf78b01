// Arrays that did not change since the last durable step: they get another name, a hard link, in place of being written again.

import { link, lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { WrittenFile } from "../archive/publish.ts";
import { isStoredAs } from "../archive/store-arrays.ts";
import type { ArrayRow } from "../emit/javascript.ts";
import type { ArraySlot } from "../graph/plan.ts";
import type { Manifest } from "./manifest.ts";
import { checkArray } from "./verify-step.ts";

/** Another name costs about as much as writing so many bytes. */
const WORTH_LINKING_BYTES = 64 * 1024;

/** A file of one array, in its place beneath the directory of a step. Manifests are files, which anyone may have written. */
const ARRAY_FILE = /^_arrays\/[^/]+\.npy$/;

export interface LastStep {
  readonly directory: string;
  readonly manifest: Manifest;
  /** Whether this process wrote it. What another left may have come to harm, and is read before it is counted on. */
  readonly isOwn: boolean;
}

/**
 * Links the files of unchanged arrays into a new step. Arrays that share a file with others are not linked, and none is where the file system refuses.
 * @returns the rows of those that were linked
 */
export async function linkUnchanged(
  slots: readonly ArraySlot[],
  sums: ReadonlyMap<string, string>,
  last: LastStep | undefined,
  into: string,
  written: WrittenFile[],
): Promise<Map<string, ArrayRow>> {
  const linked = new Map<string, ArrayRow>();
  for (const slot of slots) {
    const before =
      last !== undefined && Object.hasOwn(last.manifest.arrays, slot.name)
        ? last.manifest.arrays[slot.name]
        : undefined;
    if (last === undefined || before === undefined || slot.array.data.byteLength < WORTH_LINKING_BYTES)
      continue;
    const [file] = before.row;
    if (before.xxh3_128 !== sums.get(slot.name) || !ARRAY_FILE.test(file) || !isStoredAs(slot, before.row))
      continue;
    if (!last.isOwn && !(await isGood(last, slot.name))) continue;
    const size_bytes = await linkFile(join(last.directory, file), join(into, file));
    if (size_bytes === undefined) continue;
    linked.set(slot.name, before.row);
    written.push({ name: file, size_bytes });
  }
  return linked;
}

async function isGood({ directory, manifest }: LastStep, name: string): Promise<boolean> {
  return checkArray(directory, manifest, name).then(
    () => true,
    () => false,
  );
}

/** Gives a file another name, and its size; undefined where that is refused, for whatever reason: then it is written. */
async function linkFile(from: string, to: string): Promise<number | undefined> {
  try {
    await mkdir(dirname(to), { recursive: true });
    const facts = await lstat(from);
    if (!facts.isFile()) return undefined;
    await link(from, to);
    return facts.size;
  } catch {
    return undefined;
  }
}
