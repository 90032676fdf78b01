// The rows of a module's array table, as array stores know them.

import { join } from "node:path";
import type { ArrayTable } from "../interpret/options.ts";
import { NDArray } from "../ndarray.ts";
import { checkSum } from "../store/checksum.ts";
import type { Loaded } from "../store/extent.ts";
import type { FileHead, TableRow } from "../store/store.ts";

export interface StoredRow {
  readonly name: string;
  readonly row: TableRow;
  /** The head of its file, where that holds many arrays. */
  readonly head: FileHead | undefined;
  /** The checksum that the array was saved with, if it was. */
  readonly sum: string | undefined;
  /** Whether it is a typed array, rather than an NDArray of one axis. */
  readonly isFlat: boolean;
}

export function storedRows({ rows, heads, sums }: ArrayTable): StoredRow[] {
  return Object.entries(rows).map(([name, [file, descr, extent, ...place]]) => {
    const isFlat = typeof extent === "number";
    return {
      name,
      row: [file, descr, isFlat ? [extent] : extent, ...place],
      head: Object.hasOwn(heads, file) ? heads[file] : undefined,
      sum: Object.hasOwn(sums, name) ? sums[name] : undefined,
      isFlat,
    };
  });
}

/**
 * Reads the whole of an array that has a checksum, and compares it.
 * @throws PersistError PERSIST_CORRUPT; the array is then closed
 */
export async function checkStored(
  loaded: Loaded,
  { name, row, sum }: StoredRow,
  directory: string,
): Promise<void> {
  if (sum === undefined) return;
  try {
    await checkSum(new NDArray(loaded), sum, join(directory, row[0]), `the array ${name}`);
  } catch (error) {
    loaded.close();
    throw error;
  }
}
