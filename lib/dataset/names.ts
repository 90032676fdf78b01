// Names of the items of a data set, and of the files that belong to them.

import { randomInt } from "node:crypto";
import { checkName } from "../archive/names.ts";
import { PersistError } from "../errors.ts";

const TAG_BASE = 36;
const TAG_LENGTH = 8;

/**
 * Checks the name of an item: what may be the name of an archive's item, other than `index` and `package`, whose files the set needs itself.
 * @throws PersistError PERSIST_INVALID_NAME with the reason
 */
export function checkItemName(name: string): void {
  checkName(name);
  if (name === "index" || name === "package")
    throw new PersistError(
      "PERSIST_INVALID_NAME",
      `"${name}" cannot be the name of an item of a data set: the set has a file of that name`,
    );
}

/** The name of the file that holds an item for whoever imports it. */
export function aliasOf(name: string): string {
  return `${name}.js`;
}

/** How the names of a version's files begin: `x_1~k3f90a7c`, which nobody has had before. */
export function newVersion(name: string): string {
  const tag = randomInt(TAG_BASE ** TAG_LENGTH).toString(TAG_BASE);
  return `${name}~${tag.padStart(TAG_LENGTH, "0")}`;
}

/** Whether a file's name is one that versions have. */
export function isVersionFile(file: string): boolean {
  return /^[^_.~/\\\0][^~/\\\0]*~[0-9a-z]+\.[^~/\\\0]+$/.test(file);
}

export function journalName(number: number): string {
  return `_journal.${number}.jsonl`;
}

/** The number of a journal, from the name of its file; undefined for other files. */
export function journalNumber(file: string): number | undefined {
  const digits = /^_journal\.(\d{1,15})\.jsonl$/.exec(file)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
