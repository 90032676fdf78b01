// Writes that are watched, stopped, or whose memory is taken away.
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isPersistError, readArray, writeArray, type Progress } from "persist-archive";
import { hdf5Store } from "#dist/store/hdf5-store.js";
import { npzStore } from "#dist/store/npz-store.js";
import { npyStore } from "#dist/store/npy-store.js";
import type { ArrayStore } from "#dist/store/store.js";
import { interrupted, shrink, shrinkable } from "../support/interrupted.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const MIB = 2 ** 20;
const filesOf = (directory: string): string[] =>
  readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name !== "_arrays");
const oneArray = (bytes: Uint8Array): Parameters<ArrayStore["write"]>[2] => [
  { name: "a", dtype: "uint8", shape: [bytes.length], bytes },
];

const stores: [string, ArrayStore][] = [
  ["npy", npyStore],
  ["npz", npzStore],
  ["hdf5", hdf5Store],
];

for (const [format, store] of stores) {
  describe(`a write to the ${format} store`, () => {
    it("reports progress that rises to the total", async () => {
      const seen: Progress[] = [];
      const bytes = new Uint8Array(64 * MIB);
      await store.write(temporaryDirectory(), "_arrays/", oneArray(bytes), {
        durability: "process",
        onProgress: (progress) => seen.push(progress),
      });
      const done = seen.map(({ done_bytes }) => done_bytes);
      assert.deepEqual(
        done,
        done.toSorted((a, b) => a - b),
      );
      assert.equal(seen.at(-1)!.done_bytes, seen.at(-1)!.total_bytes);
      assert.ok(seen.at(-1)!.total_bytes >= bytes.length);
    });

    it("stops when aborted, with the signal's reason, and leaves no file", async () => {
      const bytes = new Uint8Array(256 * MIB);
      for (const delay_ms of [0, 5, 20]) {
        let directory = "";
        const reason = new Error("enough");
        const error = await interrupted(async () => {
          directory = temporaryDirectory();
          const controller = new AbortController();
          const { signal } = controller;
          const work = store.write(directory, "_arrays/", oneArray(bytes), { durability: "full", signal });
          return { work, interrupt: () => controller.abort(reason) };
        }, delay_ms);
        assert.equal(error, reason);
        assert.deepEqual(filesOf(directory), []);
      }
    });

    it("does not begin when the signal is aborted already", async () => {
      const directory = temporaryDirectory();
      await assert.rejects(
        store.write(directory, "_arrays/", oneArray(new Uint8Array(9)), {
          durability: "full",
          signal: AbortSignal.abort(),
        }),
        { name: "AbortError" },
      );
      assert.deepEqual(filesOf(directory), []);
    });

    it("is DETACHED when the buffer is transferred meanwhile, and leaves no file", async () => {
      for (const size of [1000, 64 * MIB]) {
        const directory = temporaryDirectory();
        const bytes = new Uint8Array(size);
        const writing = store.write(directory, "_arrays/", oneArray(bytes), { durability: "full" });
        writing.catch(() => {}); // looked at below
        if (format === "hdf5") await sleep(1);
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
        const result = await writing.then(
          () => "written",
          (error: unknown) => error,
        );
        // the HDF5 file of a small array may be whole before the transfer comes
        if (result === "written") continue;
        assert.ok(
          isPersistError(result, "PERSIST_DETACHED") ||
            result instanceof TypeError ||
            result instanceof RangeError,
          String(result),
        );
        assert.deepEqual(filesOf(directory), []);
      }
    });

    it("lets the event loop turn", async () => {
      const bytes = new Uint8Array(128 * MIB).fill(1);
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      const writing = store.write(temporaryDirectory(), "_arrays/", oneArray(bytes), {
        durability: "process",
      });
      await writing.finally(() => clearInterval(timer));
      assert.ok(turns >= 5, `${turns} turns while 128 MiB were written`);
    });
  });
}

describe("writeArray", () => {
  it("is DETACHED when a resizable buffer shrinks under it, and keeps the old file", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.npy");
    await writeArray(path, new Float64Array([1, 2]));
    const data = shrinkable(8 * MIB);
    const writing = writeArray(path, data, { durability: "full" });
    shrink(data);
    await assert.rejects(writing, (error) => isPersistError(error, "PERSIST_DETACHED"));
    assert.deepEqual((await readArray(path)).data, new Float64Array([1, 2]));
    assert.deepEqual(readdirSync(directory), ["a.npy"]);
  });

  it("writes shared memory", async () => {
    const path = join(temporaryDirectory(), "a.npy");
    const shared = new Float64Array(new SharedArrayBuffer(8 * 100_000)).map((_, k) => k);
    await writeArray(path, shared);
    assert.deepEqual((await readArray(path)).data, new Float64Array(shared));
  });

  it("reserves its whole size at once", async () => {
    const path = join(temporaryDirectory(), "a.npy");
    await writeArray(path, new Uint8Array(8 * MIB));
    assert.ok(statSync(path).blocks * 512 >= 8 * MIB);
  });

  it("lets file operations of Node through while HDF5 works", async () => {
    const directory = temporaryDirectory();
    const many = Array.from({ length: 3000 }, (_, k) => ({
      name: `a${k}`,
      dtype: "float64",
      shape: [1],
      bytes: new Uint8Array(8),
    }));
    const jobs = Array.from({ length: 6 }, (_, k) =>
      hdf5Store.write(directory, `${k}/`, many, { durability: "process" }),
    );
    let finished = 0;
    for (const job of jobs) void job.then(() => finished++);
    let answers = 0;
    for (; finished < jobs.length; answers++) await stat(directory);
    await Promise.all(jobs);
    // six jobs that waited for each other in libuv's pool of four would let next to none through
    assert.ok(answers > 100, `${answers} answers of fs.stat`);
  }).timeout(60_000);
});
