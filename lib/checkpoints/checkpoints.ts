// Checkpoints: a series of archives of a long-running program, written behind its back.

import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { SaveReport } from "../archive/options.ts";
import { checkName } from "../archive/names.ts";
import { planItems } from "../archive/plan.ts";
import { readModule } from "../archive/read-module.ts";
import type { Verification } from "../archive/verification.ts";
import { makeDirectories } from "../disk/directories.ts";
import { SESSION } from "../disk/lock-bytes.ts";
import { LockFile } from "../disk/lock-file.ts";
import { toPath } from "../disk/path.ts";
import { isPersistError, PersistError } from "../errors.ts";
import type { Plan } from "../graph/plan.ts";
import { checkOneOf } from "../options.ts";
import type { ArrayFile } from "../store/array-file.ts";
import { Backlog } from "./backlog.ts";
import { followSteps } from "./follow.ts";
import { latestStep, type Latest, type LatestOptions, type OpenStepOptions } from "./latest.ts";
import { readManifest } from "./manifest.ts";
import {
  settingsOf,
  type CheckpointsOptions,
  type SaveStepOptions,
  type Settings,
  type TrajectoryOptions,
} from "./options.ts";
import { Pool } from "./pool.ts";
import { removeOldSteps } from "./retention.ts";
import { borrow, copy, transfer, type Snapshot, type Source } from "./snapshot.ts";
import { checkStep, listSteps, listTemporaries, stepName } from "./steps.ts";
import { Trajectories } from "./trajectories.ts";
import type { LastStep } from "./unchanged.ts";
import { verifyStep } from "./verify-step.ts";
import { writeStep, type StepToWrite } from "./write-step.ts";

/** What {@link Checkpoints.save} gives: the state is free, and the step is on its way. */
export interface Ticket {
  step: number;
  /** Resolves when the step is complete and on the disk. A failure need not be looked at: the program goes on, and `close` tells of the last one. */
  durable: Promise<SaveReport>;
  /** With `source: "transfer"`: the buffers that were taken, in the order of the state, when they are free again, whether the step was written or not. */
  buffers: Promise<ArrayBuffer[]>;
}

/**
 * A series of archives, `path/step-000000120` and so on: each as {@link save} writes it, and importable. One process writes; any number read meanwhile.
 *
 *     await using checkpoints = await Checkpoints.open("out/run", { keep: 3 });
 *     const found = await checkpoints.latest();
 *     const state = found?.items ?? begin();
 *     for (let step = (found?.step ?? 0) + 1; step <= last; step++) {
 *       advance(state);
 *       if (step % 100 === 0) await checkpoints.save(step, state);
 *     }
 *
 * A step is published by one rename when all of it is on the disk. A process that ends by itself first finishes what it is writing; one that is killed, or
 * calls `process.exit`, leaves the steps that were durable, and what it was writing is removed when the next writer begins.
 */
export class Checkpoints {
  readonly #directory: string;
  readonly #settings: Settings;
  readonly #pool: Pool = new Pool();
  readonly #backlog: Backlog;
  readonly #trajectories: Trajectories;
  #session: Promise<LockFile> | undefined;
  /** Steps are written one after the other. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #last: LastStep | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Aborted when this is closed. */
  readonly #closing = new AbortController();

  private constructor(directory: string, settings: Settings) {
    this.#directory = directory;
    this.#settings = settings;
    this.#backlog = new Backlog(settings.pending + 1);
    this.#trajectories = new Trajectories(directory, settings.arrays);
  }

  /**
   * Opens a series, which need not exist yet. Nothing is written or locked before the first `save`.
   * @throws TypeError, RangeError for options that are none
   */
  static async open(path: string | URL, options: CheckpointsOptions = {}): Promise<Checkpoints> {
    return new Checkpoints(resolve(toPath(path)), settingsOf(options));
  }

  /**
   * Takes the state and writes it in the background. The graph is taken at the call; the arrays by the time that the promise resolves, and the program must leave
   * them alone until then. Where as many states are waiting as may be, this waits first. A step that is there already is replaced.
   *
   * @param step a safe integer, 0 or more
   * @param items what {@link save} takes
   * @throws what {@link save} throws before it writes; PERSIST_LOCKED when another process writes the series; PERSIST_CLOSED; TypeError when an array cannot be
   * transferred. The ticket's `durable` rejects as {@link save} does, and with PERSIST_CHANGED under `check`: the step is then not there, and the ones before it are.
   */
  async save(
    step: number,
    items: Readonly<Record<string, unknown>>,
    options: SaveStepOptions = {},
  ): Promise<Ticket> {
    const { source = "copy", check = false, signal, onProgress } = options;
    checkStep(step);
    checkSource(source, check);
    this.#checkOpen();
    signal?.throwIfAborted();
    const plan = planItems(items, { ...this.#settings, sharedMemory: "live" });
    const frames = this.#trajectories.counts();
    const snapshot = this.#hold(plan, source);
    // its place in the order of writing is that of the call
    const durable = this.#lastWrite
      .then(() => snapshot)
      .then((held) => this.#write(step, plan, held, { frames, check, signal, onProgress }));
    this.#lastWrite = durable
      .then(() => removeOldSteps(this.#directory, step, this.#settings))
      .catch(() => {});
    const held = await snapshot;
    // memory of ours is summed while the step before is still being written
    if (source !== "borrow") held.checksums(signal).catch(() => {}); // `durable` tells
    const free = (): ArrayBuffer[] => [...held.taken];
    return { step, durable, buffers: durable.then(free, free) };
  }

  /**
   * Opens an array beside the checkpoints, `path/name.npy`, or `path/name.h5#name` with `arrays: "hdf5"`, to which the program appends a frame at each step. Every step that is saved counts
   * the frames that were appended by then, and is not published before they are on the disk.
   *
   * @param options `dtype` and `shape` of a frame; `from`: the step that the program goes on from, to whose frames the array is cut, or null when it
   * begins anew, with none: a file of that name that is no array, which a crash before the first step may leave, is then replaced
   * @returns an open array: `append`, `read`, `blocks`; closed by this series
   * @throws PersistError PERSIST_LOCKED when another process writes the series; PERSIST_NOT_FOUND when there is no such step or it does not know the array;
   * PERSIST_TRUNCATED when the array has fewer frames than the step counts; TypeError when its frames are of another kind
   */
  async trajectory(name: string, options: TrajectoryOptions): Promise<ArrayFile> {
    const { dtype, shape, from } = options;
    checkName(name);
    if (from !== null) checkStep(from);
    this.#checkOpen();
    await this.#begin();
    const frames = from === null ? null : await this.#framesAt(from, name);
    return this.#trajectories.open(name, { dtype, shape }, frames);
  }

  /** The steps that are there, ascending. */
  async steps(): Promise<number[]> {
    return listSteps(this.#directory);
  }

  /**
   * The newest step that opens, or null where there is none. Damaged ones are passed over and told.
   * @throws PersistError PERSIST_CORRUPT when there are steps and none opens; what {@link open} throws that is no damage, such as PERSIST_UNTRUSTED_IMPORT
   */
  async latest(options: LatestOptions = {}): Promise<Latest | null> {
    return latestStep(this.#directory, options);
  }

  /** The items of a step, as {@link open} gives them. */
  async open(step: number, options: OpenStepOptions = {}): Promise<Record<string, unknown>> {
    checkStep(step);
    return readModule(join(this.#directory, stepName(step), "index.js"), options);
  }

  /** Reads a step, or all of them, and compares every array with its checksum. Runs nothing. */
  async verify(step?: number): Promise<Verification> {
    if (step !== undefined) checkStep(step);
    const steps = step === undefined ? await listSteps(this.#directory) : [step];
    const sum: Verification = { ok: true, problems: [], checked: { files: 0, bytes: 0 } };
    for (const one of steps) {
      const { ok, problems, checked } = await verifyStep(join(this.#directory, stepName(one)));
      sum.ok &&= ok;
      sum.problems.push(...problems);
      sum.checked.files += checked.files;
      sum.checked.bytes += checked.bytes;
    }
    return sum;
  }

  /** Yields each step that is published from now on, by any process, until the signal aborts or this is closed. */
  watch({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<number> {
    this.#checkOpen();
    const { signal: closing } = this.#closing;
    return followSteps(this.#directory, signal === undefined ? closing : AbortSignal.any([signal, closing]));
  }

  /**
   * Waits until everything is written, and lets others write. Does nothing the second time.
   * @throws the failure of the last step, if it could not be written
   */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#lastWrite;
    await this.#trajectories.close();
    await this.#session?.then((file) => file.close());
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits for its turn, then holds the arrays. */
  async #hold(plan: Plan, source: Source): Promise<Snapshot> {
    await this.#begin();
    await this.#backlog.enter();
    try {
      if (source === "copy") return await copy(plan.arrays, this.#pool);
      return source === "borrow" ? borrow(plan.arrays) : transfer(plan.arrays);
    } catch (error) {
      this.#backlog.leave();
      throw error;
    }
  }

  async #write(
    step: number,
    plan: Plan,
    snapshot: Snapshot,
    options: Pick<StepToWrite, "frames" | "check" | "signal" | "onProgress">,
  ): Promise<SaveReport> {
    const { arrays: format, durability, pending } = this.#settings;
    try {
      const flush = (): Promise<void> => this.#trajectories.flush();
      const content = { plan, snapshot, flush, format, durability, ...options };
      const { report, manifest } = await writeStep(this.#directory, step, content, this.#last);
      this.#last = { directory: join(this.#directory, stepName(step)), manifest, isOwn: true };
      this.#failure = undefined;
      return report;
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      snapshot.release();
      this.#pool.trim((pending + 1) * sizeOf(plan));
      this.#backlog.leave();
    }
  }

  async #framesAt(step: number, name: string): Promise<number> {
    const path = join(this.#directory, stepName(step));
    const { frames } = await readManifest(path);
    if (Object.hasOwn(frames, name)) return frames[name]!;
    throw new PersistError("PERSIST_NOT_FOUND", `${path} does not know a trajectory called ${name}`, {
      file: path,
    });
  }

  /** Becomes the one writer, once; when that fails the next save tries again. */
  #begin(): Promise<LockFile> {
    return (this.#session ??= this.#lock().catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    }));
  }

  async #lock(): Promise<LockFile> {
    const { durability, timeout_ms } = this.#settings;
    await makeDirectories(this.#directory, durability);
    const file = LockFile.open(join(this.#directory, "_lock"));
    try {
      await file.lock(SESSION, "exclusive", timeout_ms === undefined ? {} : { timeout_ms });
      for (const path of await listTemporaries(this.#directory))
        await rm(path, { recursive: true, force: true });
      this.#last = await lastStep(this.#directory);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted)
      throw new PersistError("PERSIST_CLOSED", `the checkpoints in ${this.#directory} are closed`, {
        file: this.#directory,
      });
  }
}

/** What an earlier writer left, so that its unchanged arrays are found. */
async function lastStep(directory: string): Promise<LastStep | undefined> {
  const step = (await listSteps(directory)).at(-1);
  if (step === undefined) return undefined;
  const path = join(directory, stepName(step));
  try {
    return { directory: path, manifest: await readManifest(path), isOwn: false };
  } catch (error) {
    if (!isPersistError(error)) throw error;
    return undefined; // it is damaged: everything is written anew
  }
}

function sizeOf({ arrays }: Plan): number {
  return arrays.reduce((sum, { array }) => sum + array.data.byteLength, 0);
}

function checkSource(source: Source, check: boolean): void {
  checkOneOf("source", source, ["copy", "borrow", "transfer"]);
  if (check && source !== "borrow") throw new TypeError('check is of use with source: "borrow" only');
}
