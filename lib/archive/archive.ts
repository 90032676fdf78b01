// Archive: items that are collected first, and written together.

import { PersistError } from "../errors.ts";
import { checkName } from "./names.ts";
import type { SaveOptions, SaveReport } from "./options.ts";
import { save } from "./save.ts";
import { stringify } from "./stringify.ts";

/**
 * Collects items under names and writes them as one archive. Items are taken as they are when the archive is written, not when they are inserted.
 *
 * @example
 * const archive = new Archive();
 * archive.insert({ grid, psi });
 * await archive.save("out/run");
 */
export class Archive {
  readonly #options: SaveOptions;
  readonly #items: Map<string, unknown> = new Map<string, unknown>();

  /** @param options what {@link save} takes; `save` may be given others */
  constructor(options: SaveOptions = {}) {
    this.#options = { ...options };
  }

  /**
   * Adds items. The same value again under its name is fine.
   * @returns the names
   * @throws PersistError PERSIST_INVALID_NAME; PERSIST_DUPLICATE_NAME when the name has another value. Nothing is added then.
   */
  insert(items: Readonly<Record<string, unknown>>): string[] {
    const names = Object.keys(items);
    for (const name of names) {
      checkName(name);
      if (this.#items.has(name) && !Object.is(this.#items.get(name), items[name])) {
        throw new PersistError("PERSIST_DUPLICATE_NAME", `the archive has another item called ${name}`);
      }
    }
    for (const name of names) this.#items.set(name, items[name]);
    return names;
  }

  /** The names so far, in the order of insertion. */
  names(): string[] {
    return [...this.#items.keys()];
  }

  /** `base` itself where no item has it, else `base_1`, `base_2` and so on: the first that is free. */
  uniqueName(base: string): string {
    checkName(base);
    if (!this.#items.has(base)) return base;
    let n = 1;
    while (this.#items.has(`${base}_${n}`)) n++;
    return `${base}_${n}`;
  }

  /** The text of the module, every array inside it: what {@link stringify} gives. */
  toString(): string {
    return stringify(Object.fromEntries(this.#items), this.#options);
  }

  /** Writes the archive, as {@link save} does. */
  save(path: string | URL, options: SaveOptions = {}): Promise<SaveReport> {
    return save(path, Object.fromEntries(this.#items), { ...this.#options, ...options });
  }
}
