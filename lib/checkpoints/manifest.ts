// The manifest of a step, `_arrays.json`: for each array its row and the checksum of its bytes. With it, unchanged arrays are found after a restart too,
// and damage is found without running or even reading the module.

import { join } from "node:path";
import type { StoredTable } from "../archive/store-arrays.ts";
import { beginFile } from "../disk/new-file.ts";
import { readTextFile } from "../disk/read-text.ts";
import type { ArrayRow } from "../emit/javascript.ts";
import { PersistError } from "../errors.ts";
import type { Durability, FileHead } from "../store/store.ts";

export const MANIFEST = "_arrays.json";

export interface Manifest {
  readonly format: 1;
  /** From the array's name to its row in the table of arrays, and the XXH3-128 of its bytes. */
  readonly arrays: Readonly<Record<string, { readonly row: ArrayRow; readonly xxh3_128: string }>>;
  readonly heads: Readonly<Record<string, FileHead>>;
  /** How many frames of each trajectory belong to the step. */
  readonly frames: Readonly<Record<string, number>>;
}

export function manifestOf(
  table: StoredTable,
  sums: ReadonlyMap<string, string>,
  frames: Readonly<Record<string, number>>,
): Manifest {
  const arrays = Object.entries(table.rows).map(([name, row]) => [name, { row, xxh3_128: sums.get(name)! }]);
  return {
    format: 1,
    arrays: Object.fromEntries(arrays) as Manifest["arrays"],
    heads: table.heads,
    frames,
  };
}

/** Writes it into a new step. Gives its size in bytes; `synced` resolves when it is on the disk. */
export async function writeManifest(
  directory: string,
  manifest: Manifest,
  durability: Durability,
): Promise<{ size_bytes: number; synced: Promise<void> }> {
  const text = `${JSON.stringify(manifest)}\n`;
  const { synced } = await beginFile(join(directory, MANIFEST), text, durability);
  return { size_bytes: Buffer.byteLength(text), synced };
}

/**
 * Reads it.
 * @throws PersistError PERSIST_NOT_FOUND; PERSIST_FORMAT when it is no manifest; PERSIST_VERSION when it is one of the future
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const file = join(directory, MANIFEST);
  const text = await readTextFile(file);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new PersistError("PERSIST_FORMAT", `${file} is not JSON`, { file, cause });
  }
  const { format, arrays, heads, frames } = isRecord(content) ? content : {};
  if (typeof format === "number" && format > 1)
    throw new PersistError("PERSIST_VERSION", `${file} has format ${format}, and this version knows 1`, {
      file,
    });
  const isManifest =
    isRecord(arrays) &&
    Object.values(arrays).every(isEntry) &&
    isRecord(heads) &&
    isRecord(frames) &&
    Object.values(frames).every((count) => Number.isSafeInteger(count));
  if (format !== 1 || !isManifest)
    throw new PersistError("PERSIST_FORMAT", `${file} is not the manifest of a checkpoint`, { file });
  return { format, arrays, heads, frames } as unknown as Manifest;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rows are looked at when they are opened. */
function isEntry(entry: unknown): boolean {
  return (
    isRecord(entry) &&
    Array.isArray(entry["row"]) &&
    typeof entry["row"][0] === "string" &&
    typeof entry["xxh3_128"] === "string"
  );
}
