// The items of a snapshot, by name, in the order in which they were first put there. Those that come from an index stay text until they are asked for: of a hundred
// thousand, most are looked at for their info at best, and as objects they would take several times the time and memory.

import { PersistError } from "../errors.ts";
import type { Json } from "./json.ts";
import { toItem, type Origin } from "./records.ts";
import type { Item } from "./state.ts";

export class ItemMap {
  /** A string is the JSON of an item with its generation. */
  readonly #items: Map<string, Item | string> = new Map<string, Item | string>();
  readonly #origin: Origin;

  /** @param origin where the texts stand, for errors */
  constructor(origin: Origin = { file: "" }) {
    this.#origin = origin;
  }

  get size(): number {
    return this.#items.size;
  }

  has(name: string): boolean {
    return this.#items.has(name);
  }

  keys(): IterableIterator<string> {
    return this.#items.keys();
  }

  /**
   * The item, the same object each time.
   * @throws PersistError PERSIST_FORMAT, PERSIST_SYNTAX, PERSIST_PATH_ESCAPE for a text that is no item
   */
  get(name: string): Item | undefined {
    const item = this.#read(name, this.#items.get(name));
    if (item !== undefined) this.#items.set(name, item);
    return item;
  }

  /**
   * What is known of an item; undefined where there is none. Nothing is kept of it, so that who looks through all items needs no memory for them.
   * @throws PersistError as {@link get}
   */
  info(name: string): Json | undefined {
    return this.#read(name, this.#items.get(name))?.info;
  }

  /** All items, parsed one by one and not kept. */
  *[Symbol.iterator](): Generator<[name: string, item: Item]> {
    for (const [name, stored] of this.#items) yield [name, this.#read(name, stored)];
  }

  /** All items as they are kept: a string is the JSON of an item with its generation. */
  stored(): IterableIterator<[name: string, item: Item | string]> {
    return this.#items.entries();
  }

  set(name: string, item: Item | string): void {
    this.#items.set(name, item);
  }

  delete(name: string): void {
    this.#items.delete(name);
  }

  #read(name: string, stored: Item | string): Item;
  #read(name: string, stored: Item | string | undefined): Item | undefined;
  #read(name: string, stored: Item | string | undefined): Item | undefined {
    if (typeof stored !== "string") return stored;
    let value: unknown;
    try {
      value = JSON.parse(stored);
    } catch (cause) {
      const { file } = this.#origin;
      const message = `${file} has an item ${name} that is not JSON: ${(cause as SyntaxError).message}`;
      throw new PersistError("PERSIST_SYNTAX", message, { file, cause });
    }
    return toItem(value, undefined, this.#origin);
  }
}
