// What a writer does for a data set beside its own changes: it compacts and cleans when that is due, and puts right what is wrong.

import { join } from "node:path";
import type { Verification } from "../archive/verification.ts";
import type { LockFile } from "../disk/lock-file.ts";
import { clean } from "./clean.ts";
import type { Committer } from "./commit.ts";
import { compact, isCompactionDue } from "./compact.ts";
import type { Log } from "./log.ts";
import type { Settings } from "./options.ts";
import { repairItems, type Repair } from "./repair.ts";
import { findProblems, reportOf } from "./verify.ts";

export class Upkeep {
  readonly #log: Log;
  readonly #locks: LockFile;
  readonly #committer: Committer;
  readonly #durability: "full" | "process";
  readonly #grace_ms: number;
  #compacted_ms = 0;

  constructor(log: Log, locks: LockFile, committer: Committer, { durability, grace_ms }: Settings) {
    this.#log = log;
    this.#locks = locks;
    this.#committer = committer;
    this.#durability = durability === "process" ? "process" : "full";
    this.#grace_ms = grace_ms;
  }

  /** Compacts and cleans, if it is still wanted by the time that nobody else writes. */
  async compact(isWanted: () => boolean = () => true): Promise<void> {
    await this.#committer.asWriter(async () => {
      if (!isWanted()) return;
      this.#compacted_ms = Date.now();
      await compact(this.#log, this.#committer, this.#durability);
      await clean(this.#log, this.#locks, this.#grace_ms);
    });
  }

  /** The same when it is due. What fails here is tried again later: everything is in the journal. */
  async compactIfDue(): Promise<void> {
    const isDue = (): boolean => isCompactionDue(this.#log, this.#grace_ms, this.#compacted_ms);
    if (isDue()) await this.compact(isDue).catch(() => {});
  }

  /** Gives what was done, and what is left. */
  async repair(): Promise<Verification & { repaired: Repair[] }> {
    const { findings } = await findProblems(this.#log);
    const repaired = await repairItems(this.#log, this.#committer, findings, this.#durability);
    if (await this.#log.isIndexEdited()) {
      await this.compact();
      repaired.push({
        file: join(this.#log.directory, "index.js"),
        message: "written anew, with what was edited",
      });
    }
    const left = await findProblems(this.#log);
    return { ...reportOf(left.findings, left.checked), repaired };
  }
}
