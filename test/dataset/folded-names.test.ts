// A file system that takes names for the same which differ by capitals or accents only: no item may come in the place of another's file. It is played here by Node's own calls that
// look for a file, since few kernels have one.
import assert from "node:assert/strict";
import fs, { existsSync, readdirSync, readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename, dirname, join } from "node:path";
import { DataSet, isPersistError } from "persist-archive";
import { temporaryDirectory } from "../support/temporary.ts";

const fold = (name: string): string => name.normalize("NFC").toLowerCase();

/** The path by which a file is found that has this name, or one that is taken for the same. */
function found(path: string): string {
  if (existsSync(path) || !existsSync(dirname(path))) return path;
  const twin = readdirSync(dirname(path)).find((name) => fold(name) === fold(basename(path)));
  return twin === undefined ? path : join(dirname(path), twin);
}

describe("a data set on a file system that folds names", () => {
  const { lstatSync } = fs;
  const { lstat } = fs.promises;
  let path: string;

  beforeEach(() => {
    path = join(temporaryDirectory(), "runs");
    Object.assign(fs, {
      lstatSync: ((at: string, options) => lstatSync(found(at), options)) as typeof lstatSync,
    });
    Object.assign(fs.promises, {
      lstat: (async (at: string, options: undefined) => lstat(found(at), options)) as typeof lstat,
    });
    syncBuiltinESMExports();
  });
  afterEach(() => {
    Object.assign(fs, { lstatSync });
    Object.assign(fs.promises, { lstat });
    syncBuiltinESMExports();
  });

  it("refuses a name that the file system takes for another's, and overwrites nothing", async () => {
    const set = await DataSet.open(path, { mode: "a" });
    const refused = (error: unknown): boolean => isPersistError(error, "PERSIST_INVALID_NAME");
    await set.insert({ Run: 1, "caf\u00e9": 2, other: 3 });
    await assert.rejects(set.insert({ run: 4 }), refused);
    await assert.rejects(set.insert({ "cafe\u0301": 4 }), refused);
    await assert.rejects(set.insert({ new: 4, NEW: 5 }), refused);
    await assert.rejects(set.set("RUN", 4), refused);
    await assert.rejects(set.rename("other", "rUN"), refused);
    assert.deepEqual(set.names(), ["Run", "caf\u00e9", "other"]);
    assert.equal(await set.get("Run"), 1);
    assert.match(readFileSync(join(path, "Run.js"), "utf8"), /export default 1;/);
    assert.deepEqual((await set.verify()).problems, []);
    // what was refused has left nothing
    assert.equal(readdirSync(path).filter((file) => file.includes("~")).length, 3);
    await set.close();
  });

  it("gives out the next name that is free", async () => {
    const set = await DataSet.open(path, { mode: "a" });
    assert.equal(await set.add(1), "x_0");
    assert.equal(await set.add(2, { prefix: "X_" }), "X_1");
    await set.close();
  });
});
