// DataSet: many items in one directory, written and read by any number of processes.

import { resolve } from "node:path";
import type { Verification } from "../archive/verification.ts";
import { claim } from "../disk/lock-bytes.ts";
import type { Lock, LockFile, LockOptions } from "../disk/lock-file.ts";
import { toPath } from "../disk/path.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { Committer } from "./commit.ts";
import type { Draft } from "./draft.ts";
import type { ItemMap } from "./item-map.ts";
import { Items } from "./items.ts";
import { freeze, NO_INFO, toInfo } from "./json.ts";
import { Log } from "./log.ts";
import { checkItemName } from "./names.ts";
import { makeIfMissing, openLocks } from "./opening.ts";
import { settingsOf, type DataSetOptions, type GetOptions, type Settings } from "./options.ts";
import type { Repair } from "./repair.ts";
import type { Change, Item } from "./state.ts";
import { runTransaction, type Transaction } from "./transaction.ts";
import { Upkeep } from "./upkeep.ts";
import { findProblems, reportOf } from "./verify.ts";
import { watch } from "./watch.ts";

/** One step of the iteration over a data set: the item's name, its info, and how to get it. */
export type DataSetEntry = [name: string, info: unknown, get: (options?: GetOptions) => Promise<unknown>];

/**
 * Many items in one directory. Any number of processes may read and write it at the same time: every change is whole or not there, and what was acknowledged stays.
 * Each item is a module that can be imported by itself; what is known of all of them, their info, can be imported from `index.js`.
 *
 * What is synchronous answers from memory: the snapshot of the last {@link refresh} or commit.
 *
 * @example
 * const runs = await DataSet.open("runs", { mode: "a" });
 * const name = await runs.add({ energy, psi }, { info: { g: 100 } });
 * for await (const [name, info, get] of runs) if (info.g > 50) console.log(name, await get());
 * await runs.close();
 */
export class DataSet {
  /** The absolute path of the directory. */
  readonly path: string;
  readonly #locks: LockFile | undefined;
  readonly #log: Log;
  readonly #items: Items;
  /** undefined where the set was opened for reading, and so is the next */
  readonly #committer: Committer | undefined;
  readonly #upkeep: Upkeep | undefined;
  readonly #closing: AbortController = new AbortController();
  #closed: Promise<void> | undefined;
  readonly #listeners: Set<(changes: readonly Change[]) => void> = new Set<
    (changes: readonly Change[]) => void
  >();

  private constructor(path: string, settings: Settings, locks: LockFile | undefined, log: Log) {
    this.path = path;
    this.#locks = locks;
    this.#log = log;
    this.#items = new Items(path, settings);
    const { mode, durability, timeout_ms } = settings;
    if (mode === "r" || locks === undefined) return;
    this.#committer = new Committer(log, locks, {
      durability,
      timeout_ms,
      onChange: (changes) => this.#tell(changes),
      afterCommit: async () => this.#upkeep!.compactIfDue(),
    });
    this.#upkeep = new Upkeep(log, locks, this.#committer, settings);
  }

  /**
   * Opens a data set.
   *
   * @param path its directory; a string or a `file:` URL
   * @throws PersistError PERSIST_NOT_FOUND with `r` and `r+` when there is none; PERSIST_EXISTS with `x` when there is something, and with `a` when that is no data set;
   * PERSIST_LOCKS_UNAVAILABLE, except with `r`, where the file system has no locks; PERSIST_FORMAT, PERSIST_VERSION, PERSIST_CORRUPT, PERSIST_SYNTAX, PERSIST_LIMIT,
   * PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE for what is in its files; PERSIST_IO
   */
  static async open(path: string | URL, options: DataSetOptions = {}): Promise<DataSet> {
    const settings = settingsOf(options);
    const directory = resolve(toPath(path));
    await makeIfMissing(directory, settings);
    const locks = await openLocks(directory, settings);
    try {
      const log = await Log.open(directory, settings.mode !== "r", locks);
      return new DataSet(directory, settings, locks, log);
    } catch (error) {
      locks?.close();
      throw error;
    }
  }

  /** The names of all items, in the order in which they were first put there. */
  names(): string[] {
    return [...this.#snapshot().keys()];
  }

  has(name: string): boolean {
    return this.#snapshot().has(name);
  }

  /** How many items there are. */
  get size(): number {
    return this.#snapshot().size;
  }

  /**
   * What is known of an item; `{}` where nothing was said. It is frozen: {@link setInfo} changes it.
   * @throws PersistError PERSIST_NOT_FOUND; PERSIST_FORMAT, PERSIST_SYNTAX, PERSIST_PATH_ESCAPE where the index has something under the name that is no item, and says that nobody
   * has edited it: items of such an index are looked at when they are asked for
   */
  info(name: string): unknown {
    const info = this.#snapshot().info(name);
    return info === undefined ? this.#missing(name) : freeze(info);
  }

  /**
   * An item, as `open` would give it: no code is run, and arrays are mapped.
   * @throws PersistError PERSIST_NOT_FOUND; what {@link open} throws
   */
  async get(name: string, options: GetOptions = {}): Promise<unknown> {
    try {
      return await this.#items.read(name, this.#existing(name), options);
    } catch (error) {
      // its files may have been superseded and removed, since this snapshot is old
      if (!isPersistError(error, "PERSIST_NOT_FOUND") || (await this.#refresh()) === 0) throw error;
      return this.#items.read(name, this.#existing(name), options);
    }
  }

  /**
   * Adds items under names that nobody has, all at once.
   * @param options `info` is that of each of them
   * @returns the names
   * @throws PersistError PERSIST_DUPLICATE_NAME; PERSIST_EXISTS when a file that is not the set's has the place of an item's; PERSIST_INVALID_NAME;
   * PERSIST_UNSUPPORTED_VALUE; PERSIST_LOCKED; PERSIST_READ_ONLY; PERSIST_IO, after which nothing has changed; PERSIST_DURABILITY_UNKNOWN
   */
  async insert(
    items: Readonly<Record<string, unknown>>,
    options: { info?: unknown } = {},
  ): Promise<string[]> {
    const committer = this.#writer();
    const names = Object.keys(items);
    names.forEach(checkItemName);
    const plans = this.#items.plan(items);
    const info = toInfo(options.info ?? NO_INFO);
    if (names.some((name) => this.has(name))) await this.#refresh();
    for (const name of names) {
      if (this.has(name))
        throw new PersistError("PERSIST_DUPLICATE_NAME", `the data set has an item called ${name} already`);
    }
    return committer.submit(
      this.#items.prepare(plans, async (draft, versions) => {
        for (const [name, files] of versions) await draft.insert(name, files, info);
        return names;
      }),
    );
  }

  /**
   * Adds an item under a name that nobody has had: the prefix and the next number, from 0.
   * @returns the name
   * @throws PersistError as {@link insert}
   */
  async add(value: unknown, options: { info?: unknown; prefix?: string } = {}): Promise<string> {
    const committer = this.#writer();
    const { prefix = "x_" } = options;
    checkItemName(`${prefix}0`);
    const plans = this.#items.plan({ [`${prefix}0`]: value });
    const info = toInfo(options.info ?? NO_INFO);
    return committer.submit(
      this.#items.prepare(
        plans,
        (draft, versions) => draft.add(prefix, [...versions.values()][0]!, info),
        prefix,
      ),
    );
  }

  /**
   * Adds an item, or puts it in the place of the one that has the name.
   * @param options `info` stays as it is where none is given
   * @throws PersistError as {@link insert}
   */
  async set(name: string, value: unknown, options: { info?: unknown } = {}): Promise<void> {
    const committer = this.#writer();
    checkItemName(name);
    const plans = this.#items.plan({ [name]: value });
    const info = options.info === undefined ? undefined : toInfo(options.info);
    return committer.submit(
      this.#items.prepare(plans, (draft, versions) => draft.set(name, versions.get(name)!, info)),
    );
  }

  /**
   * Replaces what is known of an item: anything that JSON can hold.
   * @throws PersistError PERSIST_NOT_FOUND; PERSIST_UNSUPPORTED_VALUE with the key path of what JSON cannot hold; as {@link insert}
   */
  async setInfo(name: string, info: unknown): Promise<void> {
    const committer = this.#writer();
    const json = toInfo(info);
    return edit(committer, async (draft) => draft.setInfo(name, json));
  }

  /** @throws PersistError PERSIST_NOT_FOUND; as {@link insert} */
  async delete(name: string): Promise<void> {
    const committer = this.#writer();
    return edit(committer, async (draft) => draft.delete(name));
  }

  /** @throws PersistError PERSIST_NOT_FOUND, PERSIST_DUPLICATE_NAME; as {@link insert} */
  async rename(from: string, to: string): Promise<void> {
    const committer = this.#writer();
    checkItemName(to);
    return edit(committer, (draft) => draft.rename(from, to));
  }

  /**
   * Commits all that `body` asks for at once, or nothing when it throws. Nothing is locked while it runs.
   * @returns what `body` returns
   * @throws PersistError PERSIST_CONFLICT when an item that the body has looked at was changed by someone else before the commit: run it again; as {@link insert}
   */
  async transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    const committer = this.#writer();
    await this.#refresh();
    return committer.submit(() => runTransaction(this.#log, this.#items, body));
  }

  /** Takes what others have committed into the snapshot. */
  async refresh(): Promise<void> {
    this.#checkOpen();
    await this.#refresh();
  }

  /**
   * Writes a new index with all that is there, and begins an empty journal; then removes files that nobody refers to any more. It happens by itself, when the journal
   * has outgrown the index.
   * @throws PersistError as {@link insert}
   */
  async compact(): Promise<void> {
    this.#writer();
    await this.#upkeep!.compact();
  }

  /**
   * Claims an item, which need not exist, for whoever works on it: nobody else can, in this process or another, until the lock is released or this process ends, however
   * that happens.
   * @throws PersistError PERSIST_LOCKED after `timeout_ms` (10,000 when absent); PERSIST_INVALID_NAME, PERSIST_READ_ONLY; the signal's reason
   */
  async claim(name: string, options: LockOptions = {}): Promise<Lock> {
    this.#writer();
    checkItemName(name);
    return this.#locks!.lock(claim(name), "exclusive", options);
  }

  /** The same without waiting: null where somebody else has the claim. */
  tryClaim(name: string): Lock | null {
    this.#writer();
    checkItemName(name);
    return this.#locks!.tryLock(claim(name), "exclusive");
  }

  /**
   * Tells of every commit from now on, by this process and others, when the snapshot has it. What happens faster than it is taken is told together. Ends when the signal
   * aborts, or the set is closed. (The system tells of changes on this machine only: those of others on a shared file system are seen with the next `refresh`.)
   */
  watch({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<Change> {
    this.#checkOpen();
    return watch(
      {
        directory: this.path,
        refresh: () => this.refresh(),
        listen: (listener) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
      signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]),
    );
  }

  /**
   * Checks all that can be checked without running code: the journal, the index, size and checksum of every file, the aliases. Reads every byte.
   * @throws PersistError PERSIST_IO; for an index that cannot be read as {@link open} and {@link info}
   */
  async verify(): Promise<Verification> {
    this.#checkOpen();
    const { findings, checked } = await findProblems(this.#log);
    return reportOf(findings, checked);
  }

  /**
   * Puts right what {@link verify} finds, where that is possible without deleting anything: takes in what a person has edited, as a version; restores aliases; cuts off a
   * line that was never finished.
   * @returns what was done, and the problems that are left
   * @throws PersistError as {@link insert}
   */
  async repair(): Promise<Verification & { repaired: Repair[] }> {
    this.#writer();
    return this.#upkeep!.repair();
  }

  /** The items of the snapshot, one after the other: name, info, and how to get it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DataSetEntry> {
    for (const name of this.names()) {
      if (this.has(name)) yield [name, this.info(name), (options = {}) => this.get(name, options)];
    }
  }

  /** Waits for what is under way, and gives everything back. Does nothing the second time. */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await this.#committer?.settle();
    await this.#log.close();
    this.#locks?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Gives how many changes there were. */
  async #refresh(): Promise<number> {
    const changes = await this.#log.exclusively(() => this.#log.catchUp());
    if (changes.length > 0) this.#tell(changes);
    return changes.length;
  }

  #tell(changes: readonly Change[]): void {
    for (const listener of this.#listeners) listener(changes);
  }

  #snapshot(): ItemMap {
    this.#checkOpen();
    return this.#log.state.items;
  }

  #existing(name: string): Item {
    return this.#snapshot().get(name) ?? this.#missing(name);
  }

  #missing(name: string): never {
    throw new PersistError(
      "PERSIST_NOT_FOUND",
      `the data set ${this.path} has no item called ${JSON.stringify(name)}, as far as this snapshot goes`,
    );
  }

  #writer(): Committer {
    this.#checkOpen();
    if (this.#committer === undefined)
      throw new PersistError(
        "PERSIST_READ_ONLY",
        `the data set ${this.path} was opened for reading; mode: "r+" also writes`,
      );
    this.#committer.checkSound();
    return this.#committer;
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted)
      throw new PersistError("PERSIST_CLOSED", `the data set ${this.path} was closed`);
  }
}

/** Commits a change that needs no files. */
async function edit(committer: Committer, change: (draft: Draft) => Promise<void>): Promise<void> {
  return committer.submit(async () => ({ files: [], synced: [], edit: change }));
}
