// Looks a step over without running anything: the module is there, and every array has the bytes that were written.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { checkStored, storedRows } from "../archive/stored-rows.ts";
import { problemOf, type Problem, type Verification } from "../archive/verification.ts";
import { readTextFile } from "../disk/read-text.ts";
import { isPersistError } from "../errors.ts";
import { checkVersion } from "../interpret/version.ts";
import { openStored } from "../store/open-stored.ts";
import { MANIFEST, readManifest, type Manifest } from "./manifest.ts";

/** Every array is read whole. */
export async function verifyStep(directory: string): Promise<Verification> {
  const problems: Problem[] = [];
  const files = new Map<string, number>();
  const look = async (file: string, check: () => Promise<number>): Promise<void> => {
    try {
      files.set(file, await check());
    } catch (error) {
      if (!isPersistError(error)) throw error;
      problems.push(problemOf(error, join(directory, file)));
    }
  };
  let manifest: Manifest | undefined;
  for (const file of ["package.json", "index.js"]) {
    await look(file, async () => {
      const text = await readTextFile(join(directory, file));
      checkVersion(text, join(directory, file));
      return Buffer.byteLength(text);
    });
  }
  await look(MANIFEST, async () => {
    manifest = await readManifest(directory);
    return (await stat(join(directory, MANIFEST))).size;
  });
  for (const [name, { row }] of Object.entries(manifest?.arrays ?? {})) {
    const [file] = row;
    await look(file, async () => (files.get(file) ?? 0) + (await checkArray(directory, manifest!, name)));
  }
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  return { ok: problems.length === 0, problems, checked: { files: files.size, bytes } };
}

/**
 * Reads an array and compares it with its checksum. Gives its size in bytes. The memory that is summed is a mapping of ours, which nobody else has.
 * @throws PersistError PERSIST_CORRUPT when it is another; what opening an array file throws
 */
export async function checkArray(
  directory: string,
  { arrays, heads }: Manifest,
  name: string,
): Promise<number> {
  const { row, xxh3_128: sum } = arrays[name]!;
  const [stored] = storedRows({ rows: { [name]: row }, heads, sums: { [name]: sum } });
  const loaded = openStored(directory, stored!.row, stored!.head, { map: true, mode: "c" });
  try {
    await checkStored(loaded, stored!, directory);
    return loaded.data.byteLength;
  } finally {
    loaded.close();
  }
}
