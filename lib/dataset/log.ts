// The index and the live journal as one: a snapshot that moves on with every line. Reading needs no lock; writing is for the holder of WRITE alone.
//
// What a reader may meet: a line that is being written (it is not whole, and left for the next time); a line that its writer took back, because it could not be
// synced (the last line is compared before anything is read after it); another index, because someone has compacted (everything is read anew).

import { join } from "node:path";
import { pin } from "../disk/lock-bytes.ts";
import type { Lock, LockFile } from "../disk/lock-file.ts";
import { identify, readIdentifiedText } from "../disk/read-text.ts";
import { TailFile } from "../disk/tail-file.ts";
import { isPersistError } from "../errors.ts";
import { isEdited } from "./index-module.ts";
import { encodeLine, hex, type Position } from "./journal.ts";
import { journalName } from "./names.ts";
import { readLines, readSource, SHORT_BYTES, type Piece, type Source } from "./source.ts";
import type { Change, Commit, State } from "./state.ts";

/** Held while a snapshot is read, whose journal is not known yet. */
const OPENING = 0;

/** What others have committed since the writer of this handle looked at it, whoever had it read: a refresh, or the writer. */
export interface News {
  /** The last commit, where it was read from the journal. */
  readonly last: Commit | undefined;
  /** Whether everything had to be read anew. */
  readonly isReloaded: boolean;
}

const NO_NEWS: News = { last: undefined, isReloaded: false };

export class Log {
  readonly directory: string;
  readonly #isWritable: boolean;
  /** undefined where a reader has no lock file: then nobody knows of it */
  readonly #locks: LockFile | undefined;
  #source!: Source;
  #pin: Lock | undefined;
  /** How much of which journal this handle has synced. */
  #synced: { journal: number; bytes: number } = { journal: 0, bytes: 0 };
  readonly #buffer: Buffer = Buffer.allocUnsafe(2 * SHORT_BYTES);
  #last: Promise<unknown> = Promise.resolve();
  #news: News = NO_NEWS;

  private constructor(directory: string, isWritable: boolean, locks: LockFile | undefined) {
    this.directory = directory;
    this.#isWritable = isWritable;
    this.#locks = locks;
  }

  /**
   * @throws PersistError PERSIST_NOT_FOUND, PERSIST_FORMAT, PERSIST_CORRUPT, PERSIST_SYNTAX, PERSIST_LIMIT, PERSIST_VERSION, PERSIST_SYMLINK,
   * PERSIST_NOT_REGULAR_FILE, PERSIST_IO
   */
  static async open(directory: string, isWritable: boolean, locks: LockFile | undefined): Promise<Log> {
    const log = new Log(directory, isWritable, locks);
    await log.load();
    return log;
  }

  get state(): State {
    return this.#source.index.state;
  }

  get position(): Position {
    return this.#source.position;
  }

  /** Whether something that was never finished stands at the end of the journal. */
  get isTorn(): boolean {
    return this.#source.isTorn;
  }

  get index_bytes(): number {
    return this.#source.index_bytes;
  }

  /** Whether a person has edited the index. */
  async isIndexEdited(): Promise<boolean> {
    return isEdited((await readIdentifiedText(join(this.directory, "index.js"))).bytes);
  }

  /** Runs something that moves the log, after whoever came before is done. */
  async exclusively<T>(action: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(action);
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Reads everything anew. */
  async load(): Promise<void> {
    const opening = await this.#locks?.lock(pin(OPENING), "shared");
    try {
      await this.#take(await readSource(this.directory, this.#isWritable));
    } finally {
      opening?.release();
    }
  }

  async #take(source: Source): Promise<void> {
    const old = this.#pin;
    try {
      this.#pin = await this.#locks?.lock(pin(source.index.state.journal), "shared");
    } catch (error) {
      await source.journal.close();
      throw error;
    }
    old?.release();
    await (this.#source as Source | undefined)?.journal.close();
    this.#source = source;
  }

  /** Goes over to an index that was just written by the holder of WRITE, and its empty journal. */
  async adopt(state: State, index_bytes: number): Promise<void> {
    const { crc, generation } = this.position;
    const journal = await TailFile.open(join(this.directory, journalName(state.journal)), true);
    await this.#take({
      identity: identify(join(this.directory, "index.js")),
      index_bytes,
      index: { state, crc },
      journal,
      position: { start: 0, offset: 0, crc, generation },
      isTorn: false,
    });
  }

  /** Reads what was committed since the last time. Gives the changes one by one; where everything had to be read anew, their sum. */
  async catchUp(): Promise<Change[]> {
    const { identity, index } = this.#source;
    if (identify(join(this.directory, "index.js")) !== identity) return this.#reload();
    const changes: Change[] = [];
    try {
      const behind = this.#readAfterLast();
      if (behind === undefined) return await this.#reload();
      await readLines(
        this.#source,
        (commit) => {
          this.#news = { ...this.#news, last: commit };
          index.state.apply(commit);
          changes.push(changeOf(commit));
        },
        behind,
      );
    } catch (error) {
      if (!isPersistError(error, "PERSIST_CORRUPT")) throw error;
      return this.#reload();
    }
    return changes;
  }

  /** Gives the news, which are none from then on. */
  takeNews(): News {
    const news = this.#news;
    this.#news = NO_NEWS;
    return news;
  }

  /** What follows the last line, as far as it fits; undefined where the last line is not the one that was read. */
  #readAfterLast(): Piece | undefined {
    const { journal, position } = this.#source;
    const { start, offset, crc } = position;
    const isShort = offset - start <= SHORT_BYTES;
    const length = isShort ? this.#buffer.length : 8;
    const got = journal.readNow(this.#buffer.subarray(0, length), start);
    if (offset > start) {
      if (got < Math.min(length, offset - start)) return undefined;
      if (this.#buffer.toString("latin1", 0, 8) !== hex(crc)) return undefined;
    }
    // copies: the buffer is used again
    if (isShort)
      return { bytes: Buffer.from(this.#buffer.subarray(offset - start, got)), isAll: got < length };
    const more = journal.readNow(this.#buffer, offset);
    return { bytes: Buffer.from(this.#buffer.subarray(0, more)), isAll: more < this.#buffer.length };
  }

  async #reload(): Promise<Change[]> {
    const old = this.state;
    await this.load();
    this.#news = { last: undefined, isReloaded: true };
    const { generation, items } = this.state;
    const put = [...items].filter(([name, item]) => item.generation > old.generation || !old.items.has(name));
    const deleted = [...old.items.keys()].filter((name) => !items.has(name));
    return put.length + deleted.length > 0 ? [{ generation, put: put.map(([name]) => name), deleted }] : [];
  }

  /** Cuts off what follows the last whole line. */
  async cut(): Promise<void> {
    await this.#source.journal.cut(this.position.offset);
    this.#source.isTorn = false;
  }

  /**
   * Writes the next line. The snapshot does not move on before {@link advance}.
   * @throws PersistError PERSIST_LIMIT before anything is written; PERSIST_IO
   */
  async append(commit: Commit): Promise<Position> {
    const { bytes, end } = encodeLine(commit, this.position);
    this.#source.isTorn = true;
    await this.#source.journal.write(bytes, this.position.offset);
    return end;
  }

  /**
   * Puts all lines on the disk.
   * @param offset where the last one ends, which may not be part of the snapshot yet
   * @throws PersistError PERSIST_DURABILITY_UNKNOWN
   */
  async sync(offset: number = this.position.offset): Promise<void> {
    const { journal } = this.state;
    await this.#source.journal.sync();
    this.#synced = { journal, bytes: offset };
  }

  /** For those who ask for no more than what the death of a process leaves. */
  takeForSynced(): void {
    this.#synced = { journal: this.state.journal, bytes: this.position.offset };
  }

  get isSynced(): boolean {
    return this.#synced.journal === this.state.journal && this.#synced.bytes >= this.position.offset;
  }

  /** How much of the journal is known to be on the disk. */
  get synced_bytes(): number {
    const { journal, synced_bytes } = this.state;
    return Math.max(synced_bytes, this.#synced.journal === journal ? this.#synced.bytes : 0);
  }

  /** Moves on to a line that was written. */
  advance(commit: Commit, end: Position): void {
    this.state.apply(commit);
    this.#source.position = end;
    this.#source.isTorn = false;
  }

  async close(): Promise<void> {
    await this.exclusively(async () => {
      this.#pin?.release();
      await this.#source.journal.close();
    });
  }
}

function changeOf({ generation, put, delete: deleted }: Commit): Change {
  return { generation, put: [...put.keys()], deleted };
}
