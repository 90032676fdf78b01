// Reads one module of an archive without running it, with the arrays that its table names.

import { dirname } from "node:path";
import { readTextFile } from "../disk/read-text.ts";
import { interpret } from "../interpret/interpret.ts";
import type { ArrayTable } from "../interpret/options.ts";
import { NDArray } from "../ndarray.ts";
import type { Loaded } from "../store/extent.ts";
import { mappedArray } from "../store/mapped-array.ts";
import { isCopied, loadStored, openStored } from "../store/open-stored.ts";
import type { OpenOptions } from "./options.ts";
import { checkStored, storedRows, type StoredRow } from "./stored-rows.ts";
import { trustOf } from "./trust.ts";

/** Arrays that are inflated, copied or summed at the same time. */
const AT_ONCE = 4;

/**
 * The exports of a module; see {@link open}. Mapping an array takes no time, and is done when the text asks for it. Inflating, copying or summing one does: the text is then left
 * where its table stands, workers load the arrays, and it is read again with them.
 *
 * @param file its absolute path
 */
export async function readModule(file: string, options: OpenOptions): Promise<Record<string, unknown>> {
  const { mode = "c", map = true, verify = false, only, limits } = options;
  const text = await readTextFile(file);
  const arrays = new Arrays(dirname(file), { map, mode, verify });
  for (;;) {
    try {
      return interpret(text, {
        ...trustOf(options, file),
        file,
        loadArrays: (table, { line, column }) => arrays.give(`${line}:${column}`, table),
        ...(only === undefined ? {} : { only }),
        ...(limits === undefined ? {} : { limits }),
      });
    } catch (error) {
      if (!arrays.isWaiting) throw error; // else it says that arrays are missing, with a place in the text
      await arrays.load();
    }
  }
}

/** How arrays are opened. */
type ArrayOptions = Required<Pick<OpenOptions, "map" | "mode" | "verify">>;

/** The arrays of a module's tables. */
class Arrays {
  readonly #directory: string;
  readonly #options: ArrayOptions;
  /** Those that were loaded, by the place of their table and their name. */
  readonly #loaded = new Map<string, Loaded>();
  readonly #wanted = new Map<string, StoredRow>();

  constructor(directory: string, options: ArrayOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Whether `give` has thrown because arrays must be loaded first. */
  get isWaiting(): boolean {
    return this.#wanted.size > 0;
  }

  give(place: string, table: ArrayTable): Record<string, unknown> {
    const stored = storedRows(table);
    const keyOf = ({ name }: StoredRow): string => `${place} ${name}`;
    for (const one of stored)
      if (this.#takesTime(one) && !this.#loaded.has(keyOf(one))) this.#wanted.set(keyOf(one), one);
    if (this.isWaiting) throw new Error("arrays are to be loaded");
    const arrays: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const one of stored) {
      const { name, row, head, isFlat } = one;
      const loaded = this.#loaded.get(keyOf(one)) ?? openStored(this.#directory, row, head, this.#options);
      if (isFlat) arrays[name] = loaded.data;
      else arrays[name] = this.#options.map ? mappedArray(loaded) : new NDArray(loaded);
    }
    return arrays;
  }

  /** Loads what was missing, a few at a time. */
  async load(): Promise<void> {
    const waiting = this.#wanted.entries();
    const loadSome = async (): Promise<void> => {
      for (const [key, one] of waiting) {
        const loaded = await loadStored(this.#directory, one.row, one.head, this.#options);
        if (this.#options.verify) await checkStored(loaded, one, this.#directory);
        this.#loaded.set(key, loaded);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, loadSome));
    for (const one of ended) if (one.status === "rejected") throw one.reason;
    this.#wanted.clear();
  }

  #takesTime({ row, sum }: StoredRow): boolean {
    return isCopied(row, this.#options) || (this.#options.verify && sum !== undefined);
  }
}
