// What the body of a transaction sees and asks for. Nothing of it is committed before the body is done; then all of it is, or nothing.

import { PersistError } from "../errors.ts";
import type { Prepared } from "./commit.ts";
import { Draft } from "./draft.ts";
import { filesOf, syncsOf, type Items } from "./items.ts";
import { NO_INFO, toInfo } from "./json.ts";
import type { Log } from "./log.ts";
import { checkItemName } from "./names.ts";
import type { GetOptions } from "./options.ts";
import type { Item, State } from "./state.ts";
import type { WrittenVersion } from "./version.ts";

/**
 * Runs the body of a transaction on the snapshot as it is now. Gives the files that it has written, and what it asks for; where it throws it has left none.
 */
export async function runTransaction<T>(
  { state, directory }: Log,
  items: Items,
  body: (transaction: Transaction) => Promise<T>,
): Promise<Prepared<T>> {
  const transaction = new Transaction(items, state, new Draft(state, state.generation + 1, directory));
  try {
    const result = await body(transaction);
    const { edit, ...files } = transaction.finish();
    return {
      ...files,
      edit: async (draft) => {
        await edit(draft);
        return result;
      },
    };
  } catch (error) {
    await items.discard(transaction.finish().files);
    throw error;
  }
}

type Edit = (draft: Draft) => Promise<void>;

export class Transaction {
  readonly #items: Items;
  /** What is there, and what this transaction has made of it. */
  readonly #view: Draft;
  readonly #state: State;
  readonly #edits: Edit[] = [];
  readonly #written: WrittenVersion[] = [];
  /** Items that the body has looked at, as they were. */
  readonly #seen: Map<string, Item | undefined> = new Map<string, Item | undefined>();
  #sawAll: number | undefined;
  #isOver = false;

  /** @internal */
  constructor(items: Items, state: State, view: Draft) {
    this.#items = items;
    this.#state = state;
    this.#view = view;
  }

  /** The names of all items. Whatever anyone commits meanwhile, the transaction is a CONFLICT then. */
  names(): string[] {
    this.#check();
    this.#sawAll = this.#state.generation;
    return [...this.#state.items.keys()]
      .filter((name) => this.#view.item(name) !== undefined)
      .concat(this.#view.added());
  }

  has(name: string): boolean {
    return this.#look(name) !== undefined;
  }

  /** @throws PersistError PERSIST_NOT_FOUND */
  info(name: string): unknown {
    this.#look(name);
    return this.#view.existing(name).info;
  }

  /** @throws PersistError PERSIST_NOT_FOUND */
  async get(name: string, options: GetOptions = {}): Promise<unknown> {
    this.#look(name);
    return this.#items.read(name, this.#view.existing(name), options);
  }

  /** @throws PersistError PERSIST_DUPLICATE_NAME */
  async insert(
    items: Readonly<Record<string, unknown>>,
    { info = NO_INFO }: { info?: unknown } = {},
  ): Promise<string[]> {
    const json = toInfo(info);
    const written = await this.#write(items);
    for (const [name, { files }] of written) await this.#do((draft) => draft.insert(name, files, json));
    return [...written.keys()];
  }

  /** Adds an item or puts it in the place of another; its info stays where none is given. */
  async set(name: string, value: unknown, { info }: { info?: unknown } = {}): Promise<void> {
    const json = info === undefined ? undefined : toInfo(info);
    const written = await this.#write({ [name]: value });
    await this.#do((draft) => draft.set(name, written.get(name)!.files, json));
  }

  async setInfo(name: string, info: unknown): Promise<void> {
    const json = toInfo(info);
    await this.#do(async (draft) => draft.setInfo(name, json));
  }

  async delete(name: string): Promise<void> {
    await this.#do(async (draft) => draft.delete(name));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#do((draft) => draft.rename(from, to));
  }

  /** @internal Ends the body's part; gives the files that it has written, and what it asks for. */
  finish(): Prepared<void> {
    this.#isOver = true;
    return {
      files: filesOf(this.#written),
      synced: syncsOf(this.#written),
      edit: async (draft) => {
        this.#checkSeen(draft);
        for (const edit of this.#edits) await edit(draft);
      },
    };
  }

  /** @throws PersistError PERSIST_CONFLICT when what the body has looked at is not what is there now */
  #checkSeen(draft: Draft): void {
    for (const [name, item] of this.#seen) {
      const now = draft.item(name);
      if (now?.generation === item?.generation && now?.files[0]![0] === item?.files[0]![0]) continue;
      throw new PersistError(
        "PERSIST_CONFLICT",
        `the item ${name} was changed by someone else since the transaction looked at it`,
      );
    }
    if (this.#sawAll !== undefined && draft.seenGeneration !== this.#sawAll) {
      throw new PersistError(
        "PERSIST_CONFLICT",
        "the data set was changed by someone else since the transaction looked at its names",
      );
    }
  }

  #look(name: string): Item | undefined {
    this.#check();
    const item = this.#state.items.get(name);
    if (!this.#seen.has(name)) this.#seen.set(name, item);
    return this.#view.item(name);
  }

  async #write(items: Readonly<Record<string, unknown>>): Promise<Map<string, WrittenVersion>> {
    this.#check();
    Object.keys(items).forEach(checkItemName);
    const written = await this.#items.write(this.#items.plan(items));
    this.#written.push(...written.values());
    return written;
  }

  /** At once for this transaction to see, and again when it is committed. */
  async #do(edit: Edit): Promise<void> {
    this.#check();
    await edit(this.#view);
    this.#edits.push(edit);
  }

  #check(): void {
    if (this.#isOver) throw new PersistError("PERSIST_CLOSED", "the transaction is over");
  }
}
