// A file that is cut short under its mapping does not end the process: the next use of the mapping says so.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { isPersistError, mapArray, writeArray } from "persist-archive";
import { temporaryDirectory } from "../support/temporary.ts";

const truncated = (error: unknown): boolean =>
  isPersistError(error, "PERSIST_TRUNCATED") && error.file !== undefined;

describe("a mapped file that is cut short", () => {
  let path: string;
  beforeEach(async () => {
    path = join(temporaryDirectory(), "a.npy");
    await writeArray(path, new Float64Array(100_000).fill(1));
  });

  for (const mode of ["c", "r+"] as const) {
    it(`reads as zeros from there on, and says so at the next call (${mode})`, () => {
      const array = mapArray(path, { mode });
      const { data } = array;
      truncateSync(path, 8192);
      assert.equal(data[100], 1, "what the file still has is there");
      assert.equal(data[99_999], 0);
      assert.equal(data[50_000], 0);
      assert.throws(() => array.get(0), truncated);
      assert.throws(() => array.set(0, 1), truncated);
      assert.throws(() => array.slice([0]), truncated);
      assert.throws(() => array.close(), truncated);
      assert.equal(data.length, 0, "the memory was given back all the same");
      array.close();
    });
  }

  it("is noticed by the very call that reads the missing part", () => {
    const array = mapArray(path);
    truncateSync(path, 0);
    assert.throws(() => array.get(99_999), truncated);
    assert.throws(() => array.close(), truncated);
  });

  it("is no error while nobody has read the missing part", () => {
    const array = mapArray(path);
    truncateSync(path, 8192);
    assert.equal(array.get(0), 1);
    array.close();
  });

  it("does not hide a bus error in memory of others, nor a signal that was sent", () => {
    const program = `
import { mapArray } from "persist-archive";
const array = mapArray(process.argv[1]);
array.get(0);
process.kill(process.pid, "SIGBUS");
setTimeout(() => {}, 2000);
`;
    const root = new URL("../../../", import.meta.url);
    const env = { ...process.env, ASAN_OPTIONS: `${process.env["ASAN_OPTIONS"] ?? ""}:handle_sigbus=0` };
    const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program, path], {
      cwd: root,
      env,
    });
    assert.equal(signal, "SIGBUS");
  });
});
