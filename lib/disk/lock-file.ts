// Locks on named bytes of one file, between everything that may want them: callers in this thread, worker threads, processes, other machines where the
// file system has locks across them. The addon asks the system (native/os/lock.h); here is who asks, when, and for how long.
//
//  1. A queue within this thread, first come, first served (lock-queue.ts).
//  2. One try, which takes two microseconds where nobody is in the way.
//  3. A wait in a thread of the addon, until the lock is there, the time is over, the signal aborts or the file is closed.
//
// Each lock has an open file description of its own: the system knows one lock for each byte and description, and to drop it for one of two that share it
// would drop it for both. Two spare descriptions are kept for the next locks: a commit holds two.

import { hostname } from "node:os";
import { PersistError } from "../errors.ts";
import { native, type LockHandle } from "../native.ts";
import { checkNumber, checkOneOf } from "../options.ts";
import type { LockByte } from "./lock-bytes.ts";
import { takeTurn, type Turn } from "./lock-queue.ts";
import { Patience } from "./patience.ts";

export type LockMode = "shared" | "exclusive";

/** Options of everything that waits for a lock. */
export interface LockOptions {
  /** How long to wait; 10,000 when absent, 0 not at all, Infinity for as long as it takes. */
  timeout_ms?: number;
  signal?: AbortSignal;
}

/** A lock that is held, until it is released or its process or worker thread ends. */
export interface Lock {
  /** Gives it back; does nothing the second time. */
  release(): void;
  [Symbol.dispose](): void;
}

const TIMEOUT_MS = 10_000;
const SPARES = 2;

/** Files with locks that are held: a lock stays, even where the program has dropped every reference to it. */
const inUse = new Set<LockFile>();

export class LockFile {
  readonly path: string;
  /** Device and inode. */
  readonly #identity: string;
  readonly #spares: LockHandle[];
  #closed = false;
  readonly #held = new Set<Lock>();
  readonly #waiting = new Set<Patience>();

  private constructor(path: string) {
    const { handle, identity } = native().openLock(path);
    this.path = path;
    this.#identity = identity;
    this.#spares = [handle];
  }

  /**
   * Opens a lock file, and makes it where it is missing. Where it cannot be written, it serves for shared locks only.
   * @throws PersistError PERSIST_SYMLINK, PERSIST_NOT_REGULAR_FILE, PERSIST_NOT_FOUND where its directory is missing, PERSIST_IO
   */
  static open(path: string): LockFile {
    return new LockFile(path);
  }

  /**
   * Takes a lock, and waits for it if need be.
   * @throws PersistError PERSIST_LOCKED after `timeout_ms`, with the holder as far as it is known; PERSIST_LOCKS_UNAVAILABLE where the file system has no
   * locks; PERSIST_READ_ONLY; PERSIST_CORRUPT when the file was deleted or replaced; PERSIST_CLOSED; the signal's reason
   */
  async lock(
    byte: LockByte,
    mode: LockMode,
    { timeout_ms = TIMEOUT_MS, signal }: LockOptions = {},
  ): Promise<Lock> {
    checkNumber("timeout_ms", timeout_ms);
    signal?.throwIfAborted();
    return this.tryLock(byte, mode) ?? this.#wait(byte, isExclusive(mode), timeout_ms, signal);
  }

  /** Takes a lock if that needs no wait, else gives null. Throws as {@link lock} does. */
  tryLock(byte: LockByte, mode: LockMode): Lock | null {
    const exclusive = isExclusive(mode);
    this.#checkOpen();
    const turn = takeTurn(this.#key(byte), exclusive, () => {});
    let lock: Lock | null = null;
    try {
      if (turn.come) lock = this.#try(byte, exclusive, turn);
      return lock;
    } finally {
      if (lock === null) turn.leave();
    }
  }

  /** Gives back every lock, ends every wait with PERSIST_CLOSED, and closes the file. Does nothing the second time. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const patience of this.#waiting) patience.end(this.#closedError());
    for (const lock of this.#held) lock.release();
    for (const spare of this.#spares.splice(0)) native().closeLock(spare);
  }

  /** Waits for the turn within this thread, then for the system. */
  async #wait(
    byte: LockByte,
    exclusive: boolean,
    timeout_ms: number,
    signal: AbortSignal | undefined,
  ): Promise<Lock> {
    const patience = new Patience(timeout_ms, signal, () => this.#lockedError(byte, exclusive, timeout_ms));
    this.#waiting.add(patience);
    try {
      const turn = await this.#turn(byte, exclusive, patience);
      try {
        return (
          this.#try(byte, exclusive, turn) ?? (await this.#waitForSystem(byte, exclusive, turn, patience))
        );
      } catch (error) {
        turn.leave();
        throw error;
      }
    } finally {
      patience.release();
      this.#waiting.delete(patience);
    }
  }

  async #turn(byte: LockByte, exclusive: boolean, patience: Patience): Promise<Turn> {
    let turn: Turn;
    await new Promise<void>((resolve) => {
      turn = takeTurn(this.#key(byte), exclusive, resolve);
      patience.onEnd = resolve;
    });
    if (patience.reason === undefined) return turn!;
    turn!.leave();
    throw patience.reason.error;
  }

  #try(byte: LockByte, exclusive: boolean, turn: Turn): Lock | null {
    const handle = this.#take();
    let held = false;
    try {
      held = native().tryLock(handle, byte.at, byte.gate, exclusive);
    } finally {
      if (!held) this.#giveBack(handle);
    }
    return held ? this.#hold(byte, exclusive, turn, handle) : null;
  }

  async #waitForSystem(byte: LockByte, exclusive: boolean, turn: Turn, patience: Patience): Promise<Lock> {
    const handle = this.#take();
    try {
      const { wait, held } = native().waitForLock(handle, byte.at, byte.gate, exclusive);
      patience.onEnd = () => native().cancelWait(wait);
      const isHeld = await held;
      if (patience.reason === undefined) return this.#hold(byte, exclusive, turn, handle);
      if (isHeld) native().unlock(handle, byte.at);
      throw patience.reason.error;
    } catch (error) {
      this.#giveBack(handle);
      throw error;
    }
  }

  #hold(byte: LockByte, exclusive: boolean, turn: Turn, handle: LockHandle): Lock {
    if (exclusive && byte.note !== undefined)
      native().writeLockNote(handle, byte.note, `${byte.name}: ${thisProcess()}`);
    const release = (): void => {
      if (!this.#held.delete(lock)) return;
      if (this.#held.size === 0) inUse.delete(this);
      native().unlock(handle, byte.at);
      this.#giveBack(handle);
      turn.leave();
    };
    const lock: Lock = { release, [Symbol.dispose]: release };
    this.#held.add(lock);
    inUse.add(this);
    return lock;
  }

  /** A description without locks. */
  #take(): LockHandle {
    const spare = this.#spares.pop();
    if (spare !== undefined) return spare;
    const { handle, identity } = native().openLock(this.path);
    if (identity === this.#identity) return handle;
    native().closeLock(handle);
    throw new PersistError(
      "PERSIST_CORRUPT",
      `${this.path} was deleted or replaced while it was in use, so others may hold locks on another file`,
      { file: this.path },
    );
  }

  #giveBack(handle: LockHandle): void {
    if (this.#spares.length < SPARES && !this.#closed) this.#spares.push(handle);
    else native().closeLock(handle);
  }

  #key(byte: LockByte): string {
    return `${this.#identity}:${byte.at}`;
  }

  #lockedError(byte: LockByte, exclusive: boolean, timeout_ms: number): PersistError {
    return new PersistError(
      "PERSIST_LOCKED",
      `the lock "${byte.name}" of ${this.path} was not to be had in ${timeout_ms} ms: ${this.#holder(byte, exclusive)}`,
      { file: this.path },
    );
  }

  /** Who is in the way, as far as anybody can tell. */
  #holder(byte: LockByte, exclusive: boolean): string {
    const handle = this.#take();
    try {
      const holder = native().lockHolder(handle, byte.at, byte.gate, exclusive);
      if (holder.pid !== 0) return `process ${holder.pid} holds it`;
      if (!holder.exclusive) return "others share it, or are ahead in the queue";
      const note = byte.note === undefined ? "" : native().readLockNote(handle, byte.note);
      return note === "" ? "another holds it" : `held by ${note}`;
    } finally {
      this.#giveBack(handle);
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  #closedError(): PersistError {
    return new PersistError("PERSIST_CLOSED", `the lock file ${this.path} was closed`, { file: this.path });
  }
}

let host: string | undefined;

/** For people. */
function thisProcess(): string {
  host ??= hostname();
  return `pid ${process.pid} on ${host} since ${new Date().toISOString()}`;
}

function isExclusive(mode: LockMode): boolean {
  checkOneOf("mode", mode, ["shared", "exclusive"]);
  return mode === "exclusive";
}
