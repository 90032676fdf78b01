// Looks at a data set after one of its file operations was struck: what must hold, and that the next writer goes on.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DataSet, isPersistError } from "persist-archive";
import { Log } from "#dist/dataset/log.js";
import type { Item } from "#dist/dataset/state.js";
import { findContent, type Content } from "./script.ts";

/** What whoever did the step knows of it. */
type Outcome = "acknowledged" | "failed" | "unknown";

export class Inspector {
  readonly #expected: readonly Content[];
  readonly #edited: string | undefined;
  /** Good states, with the outcome: many operations leave the same. */
  readonly #known: Set<string> = new Set<string>();

  /**
   * @param expected the contents before and after the step
   * @param edited the item that a person has edited before
   */
  constructor(expected: readonly Content[], edited: string | undefined) {
    this.#expected = expected;
    this.#edited = edited;
  }

  /**
   * Throws where something does not hold.
   * @param error what the step has thrown
   * @param next a writer that has had the set open since before the step
   */
  async check(path: string, how: string, error: unknown, next: DataSet | undefined): Promise<void> {
    assert.ok(how !== "short" || error === undefined, "a short write is no failure");
    const outcome = this.#outcomeOf(how, error);
    // there is nothing before the first step
    if (this.#expected.length === 1 && outcome !== "acknowledged" && !existsSync(path)) return;
    const state = `${outcome} ${digest(path)}`;
    if (this.#known.has(state)) return;
    await this.#look(path, outcome, next);
    this.#known.add(state);
  }

  #outcomeOf(how: string, error: unknown): Outcome {
    if (error === undefined) return "acknowledged";
    if (how.endsWith("dead")) return "unknown";
    // where the lock file cannot be opened for writing, it is opened for reading, and says so when it is to be locked
    if (isPersistError(error, "PERSIST_READ_ONLY")) return "failed";
    assert.ok(
      isPersistError(error, "PERSIST_IO", "PERSIST_DURABILITY_UNKNOWN"),
      "not the error of a file operation",
    );
    assert.ok(error.errno !== undefined || error.cause !== undefined, "no errno");
    // a repair is many changes, which are looked at in the end
    return error.code === "PERSIST_IO" && this.#edited === undefined ? "failed" : "unknown";
  }

  async #look(path: string, outcome: Outcome, next: DataSet | undefined): Promise<void> {
    const found = await findContent(path, this.#expected);
    const content = this.#expected[found]!;
    if (outcome === "acknowledged")
      assert.ok(isDeepStrictEqual(content, this.#expected.at(-1)), "what was acknowledged is not there");
    if (outcome === "failed") assert.equal(found, 0, "what failed is there");

    const before = await read(path);
    const set = next ?? (await DataSet.open(path, { mode: "r+", durability: "process" }));
    await set.refresh();
    await set.insert({ after: 1 });
    await set.close();
    const after = await read(path);
    assert.deepEqual([...after.keys()], [...before.keys(), "after"]);
    for (const [name, item] of before) assert.deepEqual(after.get(name), item);
    for (const [name, { files }] of after) {
      const [alias, version] = [join(path, `${name}.js`), join(path, files[0]![0])];
      // what a person has written stays, where it was not taken in
      if (name !== this.#edited || found > 0)
        assert.ok(readFileSync(alias).equals(readFileSync(version)), `${name}.js is another version`);
      for (const [file, size] of files) assert.equal(statSync(join(path, file)).size, size, file);
    }
    for (const file of readdirSync(path))
      if (/^[^_.~]+\.js$/.test(file) && file !== "index.js")
        assert.ok(after.has(file.slice(0, -3)), `${file} is the alias of nothing`);
  }
}

/** What index and journal say. */
async function read(path: string): Promise<ReadonlyMap<string, Item>> {
  const log = await Log.open(path, false, undefined);
  await log.close();
  return new Map(log.state.items);
}

/** All that is in a directory. */
function digest(path: string): string {
  const hash = createHash("sha1");
  for (const file of readdirSync(path).toSorted())
    hash.update(`\n${file}\n`).update(readFileSync(join(path, file)));
  return hash.digest("base64");
}
