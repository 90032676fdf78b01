// The commit protocol. Everything that changes a data set passes here, in batches: what callers of this process ask for at the same time becomes one line of
// the journal, and they share its syncs.
//
//  0. Without any lock, each caller by itself: write the files of the versions, begin to sync each (version.ts). SESSION is held shared meanwhile, so that nobody takes
//     them for files that a dead writer has left.
//  1. Sync the directory, so that the names are durable, and wait for the syncs of the files, all at the same time.
//  2. Lock WRITE, exclusively (through its gate, so that nobody is overtaken for ever).
//  3. Read what others have committed; cut off a line that was never finished; put the aliases right that a dead writer may have left.
//  4. Check what each caller asks for against what is there now; give out automatic names. Who cannot have what it asks for is told so, and the others go on.
//  5. Write one line, in one call, at the known end.
//  6. Sync the journal: **the commit point**. If that fails, the line is taken back as far as that is possible, the callers get DURABILITY_UNKNOWN, and this handle
//     commits no more: a second sync would prove nothing.
//  7. Replace the aliases.
//  8. Unlock; tell the callers.
//
// What a crash leaves: before 5, files that no line names, which compaction removes; in 5, a line that is not whole, which step 3 of the next writer cuts off; after
// 5, a commit, whose aliases step 3 of the next writer puts right.
//
// With durability `group`, step 6 comes after the unlock of step 8 where no alias is replaced: others may see what a power cut still takes back, but who is told that
// it is committed can rely on it. (An alias that is on the disk before its commit would be one too many, or one too few, for ever.) With `process` nothing is synced: it
// survives the death of any process, and no power cut.

import { WRITE } from "../disk/lock-bytes.ts";
import type { LockFile, LockOptions } from "../disk/lock-file.ts";
import { syncDirectory } from "../disk/sync.ts";
import { isPersistError, PersistError } from "../errors.ts";
import { Turn } from "../turn.ts";
import { AliasKeeper } from "./alias-keeper.ts";
import { Draft } from "./draft.ts";
import type { Log } from "./log.ts";
import { Session } from "./session.ts";
import type { Change, Commit } from "./state.ts";
import { removeFiles } from "./version.ts";

export type CommitDurability = "full" | "group" | "process";

export interface CommitOptions {
  readonly durability: CommitDurability;
  readonly timeout_ms: number | undefined;
  /** Told of every change of the snapshot. */
  readonly onChange: (changes: readonly Change[]) => void;
  /** What is to be done now and then, before the next commit. Must not throw. */
  readonly afterCommit: () => Promise<void>;
}

/** What a caller has written, and what it asks for. */
export interface Prepared<T> {
  readonly files: readonly string[];
  /** Resolve when the files are on the disk. */
  readonly synced: readonly Promise<void>[];
  readonly edit: (draft: Draft) => Promise<T>;
}

/** Step 0 of a caller. */
export type Prepare<T> = () => Promise<Prepared<T>>;

/** A caller that waits. Its files go where the request comes to nothing. */
interface Request extends Prepared<unknown> {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A request that has passed step 4. */
interface Accepted {
  readonly request: Request;
  readonly result: unknown;
}

export class Committer {
  readonly #log: Log;
  readonly #locks: LockFile;
  readonly #options: CommitOptions;
  readonly #patience: LockOptions;
  readonly #session: Session;
  readonly #aliases: AliasKeeper;
  #queue: Request[] = [];
  #running: Promise<void> | undefined;
  #turn: Turn = new Turn();
  readonly #pending: Set<Promise<unknown>> = new Set<Promise<unknown>>();
  /** Why nothing more is committed. */
  #poison: PersistError | undefined;

  constructor(log: Log, locks: LockFile, options: CommitOptions) {
    this.#log = log;
    this.#locks = locks;
    this.#options = options;
    this.#patience = options.timeout_ms === undefined ? {} : { timeout_ms: options.timeout_ms };
    this.#session = new Session(locks, this.#patience);
    this.#aliases = new AliasKeeper(log);
  }

  /**
   * Steps 0 to 8. `prepare` writes files and gives what to edit; where it throws it has left none.
   */
  async submit<T>(prepare: Prepare<T>): Promise<T> {
    this.checkSound();
    const work = this.#session.during(async () => this.#queued(await prepare()));
    this.#pending.add(work);
    try {
      return await work;
    } finally {
      this.#pending.delete(work);
    }
  }

  async #queued<T>(prepared: Prepared<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ ...prepared, resolve: resolve as (value: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  /** @throws PersistError PERSIST_DURABILITY_UNKNOWN after a sync has failed */
  checkSound(): void {
    if (this.#poison === undefined) return;
    throw new PersistError(
      "PERSIST_DURABILITY_UNKNOWN",
      `this handle commits no more, since a sync has failed: ${this.#poison.message}; open the data set again`,
      { cause: this.#poison },
    );
  }

  async #run(): Promise<void> {
    // whoever asks in this turn of the event loop is in the first batch
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      let accepted: Accepted[];
      try {
        this.checkSound();
        accepted = await this.#commit(batch);
      } catch (error) {
        for (const request of batch) request.reject(error);
        continue;
      }
      for (const { request, result } of accepted) request.resolve(result);
      await this.#options.afterCommit();
      // without syncs, nothing of all this may have waited
      if (this.#turn.isOver) await this.#turn.pause();
    }
    this.#running = undefined;
  }

  /** Gives the requests that are committed; the others are rejected already, unless it throws: then none is committed. */
  async #commit(batch: readonly Request[]): Promise<Accepted[]> {
    const { durability } = this.#options;
    let accepted: Accepted[] = [];
    let mayHaveWritten = false;
    try {
      const ready = await this.#makeDurable(batch); // 1
      if (ready.length === 0) return [];
      await this.asWriter(async () => {
        const draft = new Draft(this.#log.state, this.#log.state.generation + 1, this.#log.directory);
        accepted = await this.#decide(ready, draft); // 4
        const commit = this.#commitOf(draft);
        if (commit === undefined) return;
        mayHaveWritten = true;
        await this.#write(commit); // 5, 6
        await this.#aliases.follow(commit); // 7
      });
      if (mayHaveWritten && durability === "group" && !this.#log.isSynced)
        await this.#poisoning(() => this.#log.sync()); // 6, after the others may go on
    } catch (error) {
      if (!mayHaveWritten || error instanceof Unwritten) await this.#giveUp(batch);
      throw error instanceof Unwritten ? error.cause : error;
    }
    return accepted;
  }

  /**
   * Steps 2, 3 and 8, around what only the one writer may do.
   * @throws PersistError PERSIST_LOCKED, PERSIST_LOCKS_UNAVAILABLE, PERSIST_IO, and what `action` throws
   */
  async asWriter<T>(action: () => Promise<T>): Promise<T> {
    this.checkSound();
    const lock = await this.#locks.lock(WRITE, "exclusive", this.#patience); // 2
    try {
      return await this.#log.exclusively(() =>
        this.#poisoning(async () => {
          await this.#takeOver(); // 3
          return action();
        }),
      );
    } finally {
      lock.release(); // 8
    }
  }

  /** A sync that fails is the last thing that this handle does. */
  async #poisoning<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (isPersistError(error, "PERSIST_DURABILITY_UNKNOWN")) this.#poison ??= error;
      throw error;
    }
  }

  /** Step 1: the files of all, and their names. Gives the requests whose files are on the disk; the others are rejected. */
  async #makeDurable(batch: readonly Request[]): Promise<Request[]> {
    const hasFiles = batch.some(({ files }) => files.length > 0);
    const names = hasFiles ? this.syncNames() : undefined;
    names?.catch(() => {}); // it is looked at when all files are done
    const ready: Request[] = [];
    for (const request of batch) {
      try {
        for (const file of request.synced) await file;
        ready.push(request);
      } catch (error) {
        await this.#refuse(request, error);
      }
    }
    await names;
    return ready;
  }

  /** Syncs the directory: also makes the aliases durable that this handle has seen to. */
  async syncNames(): Promise<void> {
    if (this.#options.durability === "process") return;
    await this.#poisoning(() => this.#aliases.synced(() => syncDirectory(this.#log.directory)));
  }

  /** Step 3: makes this handle the one writer, whatever the one before has left. */
  async #takeOver(): Promise<void> {
    const changes = await this.#log.catchUp();
    if (changes.length > 0) this.#options.onChange(changes);
    if (this.#log.isTorn) await this.#log.cut();
    await this.#aliases.takeOver(() => this.#syncOthers());
  }

  /** Whoever wrote the last line may have died before it was synced, and no alias is replaced before. */
  async #syncOthers(): Promise<void> {
    if (this.#options.durability !== "process" && !this.#log.isSynced) await this.#log.sync();
  }

  /** Step 4. */
  async #decide(batch: readonly Request[], draft: Draft): Promise<Accepted[]> {
    const accepted: Accepted[] = [];
    for (const request of batch) {
      const branch = draft.branch();
      try {
        const result = await request.edit(branch);
        draft.merge(branch);
        accepted.push({ request, result });
      } catch (error) {
        await this.#refuse(request, error);
      }
    }
    return accepted;
  }

  #commitOf(draft: Draft): Commit | undefined {
    const changes = draft.changes();
    if (changes === undefined) return undefined;
    const { state, synced_bytes } = this.#log;
    return {
      generation: state.generation + 1,
      time_ms: Date.now(),
      synced_bytes,
      linked: this.#aliases.linked(this.#options.durability !== "process"),
      ...changes,
    };
  }

  /** Steps 5 and 6. */
  async #write(commit: Commit): Promise<void> {
    let end;
    try {
      end = await this.#log.append(commit);
    } catch (cause) {
      await this.#log.cut(); // if that fails too, the next writer does it
      throw new Unwritten(cause);
    }
    const { durability } = this.#options;
    if (durability === "full" || (durability === "group" && this.#movesAliases(commit))) {
      try {
        await this.#log.sync(end.offset);
        this.#turn = new Turn(); // everything else could go on meanwhile
      } catch (error) {
        await this.#log.cut().catch(() => {});
        throw error;
      }
    }
    this.#log.advance(commit, end);
    if (durability === "process") this.#log.takeForSynced();
    this.#options.onChange([
      { generation: commit.generation, put: [...commit.put.keys()], deleted: commit.delete },
    ]);
  }

  /** Whether aliases are to be replaced: never before the journal is on the disk, or a power cut might leave them without the commit. */
  #movesAliases({ put, delete: gone }: Commit): boolean {
    const { items } = this.#log.state;
    return gone.length > 0 || [...put].some(([name, { files }]) => items.get(name)?.files !== files);
  }

  async #refuse(request: Request, error: unknown): Promise<void> {
    await this.#giveUp([request]);
    request.reject(error);
  }

  /** The files of requests that come to nothing. */
  async #giveUp(requests: readonly Request[]): Promise<void> {
    for (const { files } of requests) await removeFiles(this.#log.directory, files);
  }

  /** Waits for all that is under way. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    await this.#running;
  }
}

/** The line is certainly not in the journal. */
class Unwritten extends Error {
  constructor(cause: unknown) {
    super("unwritten", { cause });
  }
}
