// What a transaction makes of a state, before it is committed: step 4 of the protocol in commit.ts.

import { join } from "node:path";
import { isPersistError, PersistError } from "../errors.ts";
import { foldsNames, occupantOf } from "./aliases.ts";
import { NO_INFO, type Json } from "./json.ts";
import { aliasOf, checkItemName } from "./names.ts";
import type { FileRow, Item, State } from "./state.ts";

export class Draft {
  readonly #base: State | Draft;
  readonly #directory: string;
  /** null: deleted */
  readonly #touched: Map<string, Item | null> = new Map<string, Item | null>();
  readonly #next: Map<string, number> = new Map<string, number>();
  readonly #generation: number;
  /** New names as a file system may see them that does not tell capitals from small letters. */
  readonly #folded: Set<string> = new Set<string>();

  /** @param generation the one that the commit will have */
  constructor(base: State | Draft, generation: number, directory: string) {
    this.#base = base;
    this.#generation = generation;
    this.#directory = directory;
  }

  item(name: string): Item | undefined {
    const item = this.#touched.get(name);
    if (item !== undefined) return item ?? undefined;
    return this.#base instanceof Draft ? this.#base.item(name) : this.#base.items.get(name);
  }

  /** @throws PersistError PERSIST_NOT_FOUND */
  existing(name: string): Item {
    const item = this.item(name);
    if (item === undefined)
      throw new PersistError("PERSIST_NOT_FOUND", `the data set has no item called ${JSON.stringify(name)}`);
    return item;
  }

  /**
   * Adds an item under a name that nobody has.
   * @throws PersistError PERSIST_DUPLICATE_NAME; PERSIST_EXISTS when a file of someone else's has the place of its alias; PERSIST_INVALID_NAME when the file
   * system would take the name for another's
   */
  async insert(name: string, files: readonly FileRow[], info: Json): Promise<void> {
    if (this.item(name) !== undefined)
      throw new PersistError("PERSIST_DUPLICATE_NAME", `the data set has an item called ${name} already`);
    const occupant = await occupantOf(this.#directory, name);
    if (occupant === "foreign") {
      throw new PersistError(
        "PERSIST_EXISTS",
        `there is a file ${name}.js that does not belong to the data set; it is left alone, and no item can have its name`,
        { file: join(this.#directory, aliasOf(name)) },
      );
    }
    if (occupant === "folded" || (this.#hasFolded(fold(name)) && (await foldsNames(this.#directory)))) {
      throw new PersistError(
        "PERSIST_INVALID_NAME",
        `${name} cannot be the name of an item: the file system takes it for the name of another, which differs by capitals or accents`,
      );
    }
    this.#folded.add(fold(name));
    this.#put(name, files, info);
  }

  /** Adds an item under the next free name that begins with `prefix`, and gives the name. */
  async add(prefix: string, files: readonly FileRow[], info: Json): Promise<string> {
    for (let number = this.nextNumber(prefix); ; number++) {
      const name = `${prefix}${number}`;
      checkItemName(name);
      try {
        await this.insert(name, files, info);
      } catch (error) {
        if (isPersistError(error, "PERSIST_DUPLICATE_NAME", "PERSIST_EXISTS", "PERSIST_INVALID_NAME"))
          continue;
        throw error;
      }
      this.#next.set(prefix, number + 1);
      return name;
    }
  }

  /** Adds an item or puts it in the place of another, whose info stays where none is given. */
  async set(name: string, files: readonly FileRow[], info: Json | undefined): Promise<void> {
    const old = this.item(name);
    if (old === undefined) await this.insert(name, files, info ?? NO_INFO);
    else this.#put(name, files, info ?? old.info);
  }

  setInfo(name: string, info: Json): void {
    this.#put(name, this.existing(name).files, info);
  }

  delete(name: string): void {
    this.existing(name);
    this.#touched.set(name, null);
  }

  async rename(from: string, to: string): Promise<void> {
    const { files, info } = this.existing(from);
    if (from === to) return;
    await this.insert(to, files, info);
    this.delete(from);
  }

  /** The number that the next automatic name would have. */
  nextNumber(prefix: string): number {
    const number = this.#next.get(prefix);
    if (number !== undefined) return number;
    return this.#base instanceof Draft ? this.#base.nextNumber(prefix) : (this.#base.next.get(prefix) ?? 0);
  }

  /** The names that are in no state yet. */
  added(): string[] {
    return [...this.#touched].flatMap(([name, item]) =>
      item !== null && !(this.#base as State).items.has(name) ? [name] : [],
    );
  }

  /** The generation of what this draft stands on; undefined where that is not committed itself. */
  get seenGeneration(): number | undefined {
    if (this.#touched.size > 0) return undefined;
    return this.#base instanceof Draft ? this.#base.seenGeneration : this.#base.generation;
  }

  #hasFolded(name: string): boolean {
    return this.#folded.has(name) || (this.#base instanceof Draft && this.#base.#hasFolded(name));
  }

  #put(name: string, files: readonly FileRow[], info: Json): void {
    this.#touched.set(name, { files, info, generation: this.#generation });
  }

  /** A draft on top of this one, which may be given up. */
  branch(): Draft {
    return new Draft(this, this.#generation, this.#directory);
  }

  /** Takes over what a branch has done. */
  merge(branch: Draft): void {
    for (const [name, item] of branch.#touched) this.#touched.set(name, item);
    for (const [prefix, number] of branch.#next) this.#next.set(prefix, number);
    for (const name of branch.#folded) this.#folded.add(name);
  }

  /** What there is to commit; undefined for nothing. Only for a draft on a state. */
  changes(): { put: Map<string, Item>; delete: string[]; next: Record<string, number> } | undefined {
    const put = new Map<string, Item>();
    const gone: string[] = [];
    for (const [name, item] of this.#touched) {
      if (item !== null) put.set(name, item);
      else if ((this.#base as State).items.has(name)) gone.push(name);
    }
    if (put.size === 0 && gone.length === 0) return undefined;
    return { put, delete: gone, next: Object.fromEntries(this.#next) };
  }
}

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
