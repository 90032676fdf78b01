// What a crash is tried on: a program that changes files in steps, and what must hold of what it has left, wherever it was stopped.
import { archiveLife } from "./archive-life.ts";
import { checkpointsLife } from "./checkpoints-life.ts";
import { dataSetLife } from "./dataset-life.ts";
import type { Durability } from "./script.ts";

export interface Life {
  /** Does all steps below `directory`. `mark` is told when one begins, and when it was acknowledged; they are numbered from 0. */
  run(
    directory: string,
    durability: Durability,
    mark: (kind: "begin" | "ack", step: number) => void,
  ): Promise<void>;
  /**
   * Throws where something is wrong with what is there, and uses it up.
   * @param acknowledged the last step that was acknowledged, -1 for none
   * @param begun the last one that had begun
   */
  check(directory: string, acknowledged: number, begun: number): Promise<void>;
  /** Each kind of sync that it makes, by the path of what is synced. Without any one of them, something must be wrong after some crash. */
  readonly syncs: ReadonlyMap<string, RegExp>;
}

/** `package` and `module` save an archive again and again; `checkpoints` are those of a run; `set` and `set N` change a data set, by the script of that number. */
export function lifeOf(name: string): Life {
  if (name === "package" || name === "module") return archiveLife(name);
  if (name === "checkpoints") return checkpointsLife;
  return dataSetLife(Number(name.split(" ")[1] ?? 0));
}

/** What is wrong with what a life has left, or undefined; without what differs from crash to crash. */
export async function problemOf(
  life: Life,
  directory: string,
  acknowledged: number,
  begun: number,
): Promise<string | undefined> {
  try {
    await life.check(directory, acknowledged, begun);
    return undefined;
  } catch (error) {
    return (error as Error).message
      .replaceAll(directory, "…")
      .replace(/~[0-9a-z]{8}/g, "~tag")
      .replace(/\d+/g, "N")
      .slice(0, 200);
  }
}
