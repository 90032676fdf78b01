// The items of one data set on their way to the disk and back.

import { join } from "node:path";
import { readModule } from "../archive/read-module.ts";
import { ensureFile } from "../disk/ensure.ts";
import { PersistError } from "../errors.ts";
import type { Plan } from "../graph/plan.ts";
import { loaderName, loaderText } from "../store/loader.ts";
import type { Prepare } from "./commit.ts";
import type { Draft } from "./draft.ts";
import { examineFile } from "./examine.ts";
import type { GetOptions, Settings } from "./options.ts";
import type { FileRow, Item } from "./state.ts";
import { planItem, removeFiles, writeVersion, type VersionOptions, type WrittenVersion } from "./version.ts";

/** So many versions are written at a time: the system syncs several in little more time than one. */
const AT_ONCE = 8;

export class Items {
  readonly #directory: string;
  readonly #options: VersionOptions;
  #loader: Promise<void> | undefined;

  constructor(directory: string, settings: Settings) {
    const { arrays, arrayThreshold, rules, readable } = settings;
    this.#directory = directory;
    this.#options = {
      arrays,
      arrayThreshold,
      rules,
      readable,
      durability: settings.durability === "process" ? "process" : "full",
    };
  }

  /** Takes values as they are at this moment. */
  plan(items: Readonly<Record<string, unknown>>): Map<string, Plan> {
    return new Map(
      Object.entries(items).map(([name, value]) => [name, planItem(name, value, this.#options)]),
    );
  }

  /** Writes a version of each; when that fails, none is left. `base` names the files of those whose name is not known yet. */
  async write(plans: ReadonlyMap<string, Plan>, base?: string): Promise<Map<string, WrittenVersion>> {
    const waiting = [...plans];
    const written = new Map<string, WrittenVersion>();
    if (waiting.some(([, plan]) => plan.arrays.length > 0)) await this.#ensureLoader();
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [name, plan] = next;
        written.set(name, await writeVersion(this.#directory, base ?? name, plan, this.#options));
      }
    };
    const workers = Math.min(AT_ONCE, waiting.length);
    const outcomes = await Promise.allSettled(Array.from({ length: workers }, work));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) {
      await this.discard(filesOf(written.values()));
      throw failed.reason;
    }
    // in the order of the plans
    return new Map([...plans.keys()].map((name) => [name, written.get(name)!]));
  }

  /** Step 0 of a commit, and what is to be done with the files of each version then. */
  prepare<T>(
    plans: ReadonlyMap<string, Plan>,
    edit: (draft: Draft, versions: ReadonlyMap<string, readonly FileRow[]>) => Promise<T>,
    base?: string,
  ): Prepare<T> {
    return async () => {
      const versions = await this.write(plans, base);
      const rows = new Map([...versions].map(([name, { files }]) => [name, files]));
      return {
        files: filesOf(versions.values()),
        synced: syncsOf(versions.values()),
        edit: (draft) => edit(draft, rows),
      };
    };
  }

  /** Removes files of versions that nobody knows of. */
  async discard(files: readonly string[]): Promise<void> {
    await removeFiles(this.#directory, files);
  }

  async read(name: string, item: Item, { verify, ...options }: GetOptions): Promise<unknown> {
    if (verify === true) await this.#verify(item);
    const file = join(this.#directory, item.files[0]![0]);
    const exported = await readModule(file, { ...options, mode: "c" });
    if (Object.hasOwn(exported, "default")) return exported["default"];
    throw new PersistError(
      "PERSIST_FORMAT",
      `${file} has no default export, and should be the item ${name}`,
      {
        file,
      },
    );
  }

  /** Throws what is wrong with the first of its files that is not what was committed. */
  async #verify({ files }: Item): Promise<void> {
    for (const row of files) {
      const problem = await examineFile(this.#directory, row);
      if (problem === undefined) continue;
      const { code, message, file } = problem;
      throw new PersistError(code, message, { file });
    }
  }

  /** Sees once to the loader of arrays being there; where that fails, the next time again. */
  async #ensureLoader(): Promise<void> {
    this.#loader ??= ensureFile(this.#directory, loaderName("package"), loaderText, this.#options.durability);
    try {
      await this.#loader;
    } catch (error) {
      this.#loader = undefined;
      throw error;
    }
  }
}

/** The names of all files. */
export function filesOf(versions: Iterable<WrittenVersion>): string[] {
  return [...versions].flatMap(({ files }) => files.map(([file]) => file));
}

/** Resolve when all files are on the disk. */
export function syncsOf(versions: Iterable<WrittenVersion>): Promise<void>[] {
  return [...versions].map(({ synced }) => synced);
}
