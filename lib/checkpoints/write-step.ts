// Writing one step: an archive of its own, whole or not there at all.
//
//  1. Sum the arrays, and link the files of those that did not change since the last durable step.
//  2. Write the others, the manifest and the module into a directory with a temporary name; sync each (archive/publish.ts).
//  3. Sync the trajectories, whose frames the step counts.
//  4. Move a step of the same number out of the way: it was left by a run that got further than this one.
//  5. Rename the directory to its step: the commit. Sync the directory of the series.

import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { packageLayout, type Layout } from "../archive/layout.ts";
import type { SaveReport } from "../archive/options.ts";
import { publishDirectory, type WrittenFile } from "../archive/publish.ts";
import { reportOf } from "../archive/report.ts";
import { storeArrays, type ArrayFormat, type StoredTable } from "../archive/store-arrays.ts";
import { io } from "../disk/io-error.ts";
import { temporaryName } from "../disk/replace.ts";
import { isPersistError, PersistError } from "../errors.ts";
import type { ArraySlot, Plan } from "../graph/plan.ts";
import type { Durability, Progress } from "../store/store.ts";
import { MANIFEST, manifestOf, writeManifest, type Manifest } from "./manifest.ts";
import { sumsInTurns, type Snapshot } from "./snapshot.ts";
import { stepName } from "./steps.ts";
import { linkUnchanged, type LastStep } from "./unchanged.ts";

/** What is written, and how. */
export interface StepToWrite {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  /** How many frames of each trajectory belong to the step; `flush` sees to it that they are on the disk. */
  readonly frames: Readonly<Record<string, number>>;
  readonly flush: () => Promise<void>;
  readonly format: ArrayFormat;
  readonly durability: Durability;
  /** Sums the arrays again when they are written, and refuses the step where one has changed. */
  readonly check: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** @throws what `save` throws; PERSIST_CHANGED with `check` */
export async function writeStep(
  directory: string,
  step: number,
  { plan, snapshot, frames, flush, format, durability, check, signal, onProgress }: StepToWrite,
  last: LastStep | undefined,
): Promise<{ report: SaveReport; manifest: Manifest }> {
  const start_ms = performance.now();
  const layout = packageLayout(join(directory, stepName(step)));
  const { slots } = snapshot;
  const sums = await snapshot.checksums(signal);
  let manifest: Manifest | undefined;
  let manifestSynced: Promise<void> | undefined;
  const older = new OlderStep(layout.path);
  const publication = {
    plan,
    durability,
    signal,
    storeArrays: async (into: Layout, written: WrittenFile[]) => {
      const linked = await linkUnchanged(slots, sums, last, into.directory, written);
      const rest = slots.filter(({ name }) => !linked.has(name));
      // nobody reads a checkpoint soon, and the program needs the processors and the memory
      const options = { format, durability, uncached: true, signal, onProgress };
      const stored = await storeArrays(rest, into, options, written);
      if (check) await checkUnchanged(slots, sums, signal);
      const rows = slots.map(({ name }) => [name, linked.get(name) ?? stored!.rows[name]!] as const);
      const table: StoredTable = {
        rows: Object.fromEntries(rows),
        heads: stored?.heads ?? {},
        sums: Object.fromEntries(sums),
      };
      manifest = manifestOf(table, sums, frames);
      const { size_bytes, synced } = await writeManifest(into.directory, manifest, durability);
      manifestSynced = synced;
      written.push({ name: MANIFEST, size_bytes });
      return slots.length === 0 ? undefined : table;
    },
    beforeCommit: async () => {
      await manifestSynced;
      await flush();
      await older.moveAway();
    },
  };
  const files = await publishDirectory(layout, publication).catch(async (error: unknown) => {
    await older.moveBack();
    throw error;
  });
  await older.remove();
  return { report: reportOf(layout, plan, files, start_ms), manifest: manifest! };
}

/** A step of the same number, where there is one. */
class OlderStep {
  readonly #path: string;
  #aside: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async moveAway(): Promise<void> {
    const aside = temporaryName(dirname(this.#path), basename(this.#path));
    try {
      await io(this.#path, rename(this.#path, aside));
      this.#aside = aside;
    } catch (error) {
      if (!isPersistError(error, "PERSIST_NOT_FOUND")) throw error;
    }
  }

  /** Does nothing where the new step is in place already. */
  async moveBack(): Promise<void> {
    if (this.#aside !== undefined) await rename(this.#aside, this.#path).catch(() => {});
  }

  async remove(): Promise<void> {
    if (this.#aside !== undefined) await rm(this.#aside, { recursive: true, force: true }).catch(() => {});
  }
}

async function checkUnchanged(
  slots: readonly ArraySlot[],
  before: ReadonlyMap<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [name, sum] of await sumsInTurns(slots, signal)) {
    if (before.get(name) === sum) continue;
    throw new PersistError("PERSIST_CHANGED", `the array ${name} was changed while it was written`);
  }
}
