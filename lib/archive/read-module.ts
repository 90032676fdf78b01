// Reads one module of an archive without running it, with the arrays that its table names.

import { dirname } from "node:path";
import { readTextFile } from "../disk/read-text.ts";
import { interpret, type ArrayRow } from "../interpret/interpret.ts";
import { NDArray } from "../ndarray.ts";
import type { Loaded } from "../store/extent.ts";
import { mappedArray } from "../store/mapped-array.ts";
import { isCopied, loadStored, openStored } from "../store/open-stored.ts";
import type { FileHead, TableRow } from "../store/store.ts";
import type { OpenOptions } from "./options.ts";
import { trustOf } from "./trust.ts";

/** Arrays that are inflated or copied at the same time. */
const AT_ONCE = 4;

/**
 * The exports of a module; see {@link open}. Mapping an array takes no time, and is done when the text asks for it. Inflating or copying one does: the text is then left
 * where its table stands, workers load the arrays, and it is read again with them.
 *
 * @param file its absolute path
 */
export async function readModule(file: string, options: OpenOptions): Promise<Record<string, unknown>> {
  const { mode = "c", map = true, only, limits } = options;
  const text = await readTextFile(file);
  const arrays = new Arrays(dirname(file), { map, mode });
  for (;;) {
    try {
      return interpret(text, {
        ...trustOf(options, file),
        file,
        loadArrays: (table, heads, { line, column }) => arrays.give(`${line}:${column}`, table, heads),
        ...(only === undefined ? {} : { only }),
        ...(limits === undefined ? {} : { limits }),
      });
    } catch (error) {
      if (!arrays.isWaiting) throw error; // else it says that arrays are missing, with a place in the text
      await arrays.load();
    }
  }
}

/** The arrays of a module's tables. */
class Arrays {
  readonly #directory: string;
  readonly #options: { readonly map: boolean; readonly mode: "c" | "r+" };
  /** Those that were loaded, by the place of their table and their name. */
  readonly #loaded = new Map<string, Loaded>();
  readonly #wanted = new Map<string, readonly [TableRow, FileHead | undefined]>();

  constructor(directory: string, options: { readonly map: boolean; readonly mode: "c" | "r+" }) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Whether `give` has thrown because arrays must be loaded first. */
  get isWaiting(): boolean {
    return this.#wanted.size > 0;
  }

  give(
    place: string,
    table: Readonly<Record<string, ArrayRow>>,
    heads: Readonly<Record<string, FileHead>>,
  ): Record<string, unknown> {
    const opened = Object.keys(table).map((name) => {
      const [file, descr, extent, ...rest] = table[name]!;
      const row: TableRow = [file, descr, typeof extent === "number" ? [extent] : extent, ...rest];
      const head = Object.hasOwn(heads, file) ? heads[file] : undefined;
      return { name, key: `${place} ${name}`, row, head, isFlat: typeof extent === "number" };
    });
    for (const { key, row, head } of opened)
      if (isCopied(row, this.#options) && !this.#loaded.has(key)) this.#wanted.set(key, [row, head]);
    if (this.isWaiting) throw new Error("arrays are to be loaded");
    const arrays: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const { name, key, row, head, isFlat } of opened) {
      const loaded = this.#loaded.get(key) ?? openStored(this.#directory, row, head, this.#options);
      if (isFlat) arrays[name] = loaded.data;
      else arrays[name] = this.#options.map ? mappedArray(loaded) : new NDArray(loaded);
    }
    return arrays;
  }

  /** Loads what was missing, a few at a time. */
  async load(): Promise<void> {
    const waiting = this.#wanted.entries();
    const loadSome = async (): Promise<void> => {
      for (const [key, [row, head]] of waiting) {
        this.#loaded.set(key, await loadStored(this.#directory, row, head, this.#options));
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, loadSome));
    for (const one of ended) if (one.status === "rejected") throw one.reason;
    this.#wanted.clear();
  }
}
