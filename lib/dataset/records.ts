// From JSON to what is in a data set: nothing is believed that anyone may have written.

import { isPersistError, PersistError } from "../errors.ts";
import type { Json } from "./json.ts";
import { checkItemName, isVersionFile, journalNumber } from "./names.ts";
import type { Commit, FileRow, Item, Superseded } from "./state.ts";

/** Where the JSON stands, for errors. */
export interface Origin {
  readonly file: string;
  readonly offset?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws PersistError PERSIST_FORMAT, PERSIST_INVALID_NAME, PERSIST_PATH_ESCAPE */
export function toCommit(value: unknown, origin: Origin): Commit {
  const fields = toFields(value, "a line", origin);
  const generation = toCount(fields["generation"], "generation", origin);
  const put = new Map<string, Item>();
  for (const [name, item] of Object.entries(toFields(fields["put"] ?? {}, "put", origin)))
    put.set(toName(name, origin), toItem(item, generation, origin));
  return {
    generation,
    time_ms: toCount(fields["time_ms"], "time_ms", origin),
    synced_bytes: toCount(fields["synced_bytes"] ?? 0, "synced_bytes", origin),
    linked: toCount(fields["linked"] ?? 0, "linked", origin),
    next: Object.fromEntries(toCounters(fields["next"] ?? {}, origin)),
    put,
    delete: toList(fields["delete"] ?? [], "delete", origin).map((name) => toName(name, origin)),
  };
}

/**
 * The parts are checked, and taken as they are: an index has a hundred thousand of them.
 * @param generation that of the line in which the item stands; in an index each item has its own
 */
export function toItem(value: unknown, generation: number | undefined, origin: Origin): Item {
  const fields = toFields(value, "an item", origin);
  const files = toList(fields["files"], "files", origin);
  for (const row of files) checkFileRow(row, origin);
  if (files.length === 0 || !(files as FileRow[])[0]![0].endsWith(".js"))
    throw bad("an item without a module", origin);
  if (!Object.hasOwn(fields, "info")) throw bad("an item without info", origin);
  if (generation === undefined) toCount(fields["generation"], "generation", origin);
  return generation === undefined
    ? (value as Item)
    : { files: files as FileRow[], info: fields["info"] as Json, generation };
}

/** The counters of automatic names, by prefix. */
export function toCounters(value: unknown, origin: Origin): [string, number][] {
  return Object.entries(toFields(value, "next", origin)).map(([prefix, number]) => [
    prefix,
    toCount(number, "next", origin),
  ]);
}

export function toSuperseded(value: unknown, origin: Origin): Superseded[] {
  return toList(value, "superseded", origin).map((entry) => {
    const fields = toFields(entry, "superseded", origin);
    return {
      name: String(fields["name"]),
      journal: toCount(fields["journal"], "journal", origin),
      time_ms: toCount(fields["time_ms"], "time_ms", origin),
      files: toList(fields["files"], "files", origin).map((row) => {
        const [file, size] = toList(row, "files", origin);
        const isJournal = typeof file === "string" && journalNumber(file) !== undefined;
        return [isJournal ? file : toFileName(file, origin), toCount(size, "size", origin)] as const;
      }),
    };
  });
}

export function toCount(value: unknown, what: string, origin: Origin): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw bad(`${what} that is not an integer of 0 or more`, origin);
  return value as number;
}

export function toFields(value: unknown, what: string, origin: Origin): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad(`${what} that is not an object`, origin);
  return value as Fields;
}

function toList(value: unknown, what: string, origin: Origin): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(`${what} that is not a list`, origin);
  return value;
}

function checkFileRow(value: unknown, origin: Origin): void {
  const row = toList(value, "a row of files", origin);
  toFileName(row[0], origin);
  toCount(row[1], "size", origin);
  if (typeof row[2] !== "string" || !/^[0-9a-f]{8}$/.test(row[2]))
    throw bad("a file without a checksum", origin);
}

/** A file of ours, in the directory of the set. */
function toFileName(value: unknown, origin: Origin): string {
  if (typeof value === "string" && isVersionFile(value)) return value;
  const text = JSON.stringify(value);
  if (typeof value === "string" && /[/\\\0]/.test(value))
    throw new PersistError(
      "PERSIST_PATH_ESCAPE",
      `${origin.file} names the file ${text}, which is not beside it`,
      {
        ...origin,
      },
    );
  throw bad(`${text}, which is not the name of an item's file`, origin);
}

export function toName(value: unknown, origin: Origin): string {
  try {
    checkItemName(value as string);
  } catch (cause) {
    if (!isPersistError(cause)) throw cause;
    throw new PersistError(cause.code, `${origin.file}: ${cause.message}`, { ...origin, cause });
  }
  return value as string;
}

function bad(what: string, origin: Origin): PersistError {
  return new PersistError("PERSIST_FORMAT", `${origin.file} has ${what}`, { ...origin });
}
