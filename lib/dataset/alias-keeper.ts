// What a writer knows of the aliases: which of them it has still to see to, and which are on the disk.

import { isPersistError } from "../errors.ts";
import { follow, restore } from "./aliases.ts";
import type { Log } from "./log.ts";
import type { Commit } from "./state.ts";

export class AliasKeeper {
  readonly #log: Log;
  /** Names whose aliases could not be replaced: tried again with every commit. */
  readonly #behind: Set<string> = new Set<string>();
  /** Up to this generation this handle has seen to the aliases; undefined before it has held WRITE. */
  #followed: number | undefined;
  /** Up to this one they are on the disk. */
  #linked = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Up to which generation all aliases are known to be right after a crash of whatever a commit survives. */
  linked(isSynced: boolean): number {
    return isSynced || this.#behind.size > 0 ? this.#linked : this.#log.state.generation;
  }

  /** Runs a sync of the directory: what was seen to before is on the disk then. */
  async synced(sync: () => Promise<void>): Promise<void> {
    const followed = this.#behind.size === 0 ? this.#followed : undefined;
    await sync();
    this.#linked = Math.max(this.#linked, followed ?? 0);
  }

  /**
   * Puts those right that a writer has left which died. What a person has edited is not touched.
   * @param before called before something is done
   */
  async takeOver(before: () => Promise<void>): Promise<void> {
    const { directory, state } = this.#log;
    const { last, isReloaded } = this.#log.takeNews();
    // only the last commit of another can lack them, and after a crash of the machine those before it that were not synced
    const recent = last === undefined ? [] : namesOf(last);
    const doubtful = this.#followed === undefined || isReloaded ? state.unlinked.keys() : recent;
    for (const name of [...this.#behind, ...doubtful])
      await this.#see(name, async () => {
        await restore(directory, state, name, before);
      });
    this.#followed = state.generation;
  }

  /** Makes those of a commit what it says. One that cannot be replaced does not undo the commit: it is tried again, and `verify` tells of it. */
  async follow(commit: Commit): Promise<void> {
    const { directory, state } = this.#log;
    for (const name of namesOf(commit)) await this.#see(name, () => follow(directory, state, name));
    if (this.#behind.size === 0) this.#followed = state.generation;
  }

  async #see(name: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
      this.#behind.delete(name);
    } catch (error) {
      if (isPersistError(error, "PERSIST_DURABILITY_UNKNOWN")) throw error;
      this.#behind.add(name);
    }
  }
}

function namesOf({ put, delete: gone }: Commit): string[] {
  return [...gone, ...put.keys()];
}
