// Mappings: constant time, given back by close and by collection, in workers, and above 4 GiB.
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { isPersistError, mapArray, readArray, writeArray } from "persist-archive";
import { native } from "#dist/native.js";
import { hdf5Store } from "#dist/store/hdf5-store.js";
import { npyHeader } from "#dist/store/npy-header.js";
import { openStored } from "#dist/store/open-stored.js";
import { assertNoMoreThan, heldAtRest } from "../support/held.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const mappingsOf = (path: string): number =>
  readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.includes(path)).length;

/** An npy file of zeros that takes no space: the data are a hole. */
function sparse(path: string, elements: number): void {
  const header = npyHeader("<f8", [elements]);
  const fd = openSync(path, "w");
  writeSync(fd, header);
  ftruncateSync(fd, header.length + elements * 8);
  writeSync(fd, new Float64Array([1.5]), 0, 8, header.length + (elements - 1) * 8);
  closeSync(fd);
}

describe("mappings", () => {
  let directory: string;
  let path: string;

  before(async () => {
    directory = temporaryDirectory();
    path = join(directory, "a.npy");
    await writeArray(
      path,
      Float64Array.from({ length: 1000 }, (_, k) => k),
    );
  });

  it("are given back by close, together with every descriptor, 2,000 times", async () => {
    const stored = await hdf5Store.write(
      directory,
      "_arrays/",
      [{ name: "h", dtype: "float64", shape: [100], bytes: new Uint8Array(800) }],
      { durability: "process" },
    );
    const row = stored.rows["h"]!;
    const before = await heldAtRest();
    for (let k = 0; k < 2000; k++) {
      mapArray(path).close();
      openStored(directory, row, stored.heads[row[0]], { map: true, mode: "r+" }).close();
    }
    await assertNoMoreThan(before);
    assert.equal(mappingsOf(path), 0);
    assert.equal(mappingsOf(row[0]), 0);
  });

  it("are given back when nobody holds them any more", async () => {
    const before = native().liveMappings();
    (() => {
      for (let k = 0; k < 50; k++) assert.equal(mapArray(path).get(999), 999);
    })();
    assert.ok(native().liveMappings() >= before);
    for (let turn = 0; turn < 20 && native().liveMappings() > before; turn++) {
      globalThis.gc!();
      await sleep(5);
    }
    assert.equal(native().liveMappings(), before);
  });

  it("stay as long as a view of them does", async () => {
    const before = native().liveMappings();
    const view = (() => mapArray(path).data.subarray(10, 20))();
    for (let turn = 0; turn < 5; turn++) {
      globalThis.gc!();
      await sleep(5);
    }
    assert.equal(view[5], 15);
    assert.equal(native().liveMappings(), before + 1);
  });

  it("have any number of buffers over their parts, all of one memory, and close them all", () => {
    const array = mapArray(path);
    const [row, whole] = [array.slice([[10, 20]]), array.data];
    assert.equal(row.data.buffer.byteLength, 80, "a slice of a file is over its own part only");
    row.set(0, -1);
    assert.deepEqual([whole[10], array.get(10)], [-1, -1]);
    assert.deepEqual(array.slice([[20, 10, -3]]).contiguous().data, new Float64Array([20, 17, 14, 11]));
    assert.equal(mapArray(path).slice([[5, 5]]).data.length, 0);
    array.close();
    assert.deepEqual([row.data.length, whole.length], [0, 0]);
    assert.throws(() => mapArray(path).slice([2000]), RangeError);
  });

  it("show and take single elements anywhere, before the whole is one buffer and after", () => {
    const [rows, columns] = [300, 1000];
    const matrix = join(directory, "matrix.npy");
    const fd = openSync(matrix, "w");
    const numbers = Float64Array.from({ length: rows * columns }, (_, k) => k);
    writeSync(fd, npyHeader("<f8", [rows, columns]));
    writeSync(fd, numbers);
    closeSync(fd);
    const array = mapArray(matrix, { mode: "r+" });
    for (let k = 0, at = 0; k < 40; k++, at = (at + 99_991) % numbers.length)
      assert.equal(array.get(Math.floor(at / columns), at % columns), at);
    for (let k = 0, at = 0; k < 40; k++, at = (at + 99_991) % numbers.length) {
      const index = [Math.floor(at / columns), at % columns] as const;
      array.set(...index, -at);
      numbers[at] = -at;
      assert.equal(array.get(...index), -at);
    }
    assert.deepEqual(array.data, numbers);
    array.close();
    assert.throws(
      () => array.get(0, 0),
      (error) => isPersistError(error, "PERSIST_CLOSED"),
    );
    const little = mapArray(matrix);
    assert.equal(little.get(299, 999), numbers.at(-1));
    assert.deepEqual(little.contiguous().data, numbers);
    little.close();
    assert.throws(
      () => little.get(299, 999),
      (error) => isPersistError(error, "PERSIST_CLOSED"),
    );
  });

  it("refuse views beyond themselves, and what is no mapping", () => {
    const fd = openSync(path, "r");
    const mapping = native().map(fd, 128, 800, false, path);
    closeSync(fd);
    for (const [start, length] of [
      [0, 801],
      [800, 1],
      [801, 0],
      [0, 0],
      [2 ** 53 - 1, 2 ** 53 - 1],
    ] as const) {
      assert.throws(() => native().view(mapping, start, length), RangeError);
    }
    for (const wrong of [-1, 1.5, NaN, "1"])
      assert.throws(() => native().view(mapping, wrong as number, 8), TypeError);
    assert.throws(() => native().view({} as never, 0, 8), TypeError);
    assert.throws(() => native().unmap(native().createControl(undefined) as never), TypeError);
    const { buffer } = native().view(mapping, 8, 16);
    assert.deepEqual(new Float64Array(buffer), new Float64Array([1, 2]));
    native().unmap(mapping);
    native().unmap(mapping);
    assert.equal(buffer.byteLength, 0);
    assert.throws(
      () => native().view(mapping, 0, 8),
      (error) => isPersistError(error, "PERSIST_CLOSED"),
    );
  });

  it("hold no memory for slices that are gone", async () => {
    const array = mapArray(path);
    for (let k = 0; k < 20_000; k++) {
      assert.equal(array.slice([[k % 900, null]]).get(0), k % 900);
      if (k % 1000 === 0) await sleep(0);
    }
    array.close();
  });

  it("open 3 GB and read the last element without the memory of the rest", () => {
    const big = join(directory, "big.npy");
    sparse(big, 375_000_000);
    const before_bytes = process.memoryUsage().rss;
    const array = mapArray(big);
    assert.equal(array.get(-1), 1.5);
    const grown_bytes = process.memoryUsage().rss - before_bytes;
    array.close();
    assert.ok(grown_bytes < 64e6, `${grown_bytes} bytes`);
  });

  it("reach beyond 4 GiB, and give that back too", async () => {
    const huge = join(directory, "huge.npy");
    sparse(huge, 2 ** 29 + 2 ** 20);
    const array = mapArray(huge);
    array.set(-2, 7);
    const data = array.data as Float64Array;
    assert.deepEqual([array.get(-1), array.get(0), data.at(-1), data.at(-2)], [1.5, 0, 1.5, 7]);
    data[3] = 8;
    assert.equal(array.get(3), 8);
    assert.equal(mappingsOf(huge) > 0, true);
    array.close();
    assert.equal(array.data.length, 0);
    for (let turn = 0; turn < 10 && mappingsOf(huge) > 0; turn++) {
      globalThis.gc!();
      await sleep(5);
    }
    assert.equal(mappingsOf(huge), 0);
    const again = mapArray(huge);
    assert.equal(again.get(-2), 0);
    again.close();
  });

  it("work in worker threads, and end with them", async () => {
    const before = native().liveMappings();
    const program = `
const { workerData, parentPort } = require("node:worker_threads");
import("persist-archive").then(async ({ mapArray, writeArray, readArray }) => {
  globalThis.held = mapArray(workerData.path);
  const copy = workerData.path + "." + workerData.k + ".npy";
  await writeArray(copy, new Float64Array(300_000).fill(workerData.k), { durability: "full" });
  const back = await readArray(copy);
  parentPort.postMessage([globalThis.held.get(7), back.get(-1)]);
});`;
    const answers = await Promise.all(
      [1, 2, 3].map(
        (k) =>
          new Promise((resolve, reject) => {
            const worker = new Worker(program, { eval: true, workerData: { path, k } });
            let answer: unknown;
            worker
              .on("message", (message: unknown) => void (answer = message))
              .on("error", reject)
              .on("exit", () => resolve(answer));
          }),
      ),
    );
    assert.deepEqual(answers, [
      [7, 1],
      [7, 2],
      [7, 3],
    ]);
    assert.equal(native().liveMappings(), before);
  });

  it("outlive a worker that ends in the middle of HDF5 work", async () => {
    const program = `
const { workerData } = require("node:worker_threads");
import(workerData.store).then(({ hdf5Store }) => {
  const arrays = Array.from({ length: 2000 }, (_, k) => ({ name: "a" + k, dtype: "float64", shape: [1], bytes: new Uint8Array(8) }));
  void hdf5Store.write(workerData.directory, "worker" + workerData.k + "/", arrays, { durability: "process" });
  setTimeout(() => process.exit(), 20);
});`;
    for (let k = 0; k < 3; k++) {
      const worker = new Worker(program, {
        eval: true,
        workerData: { directory, k, store: import.meta.resolve("#dist/store/hdf5-store.js") },
      });
      await new Promise((resolve) => worker.on("exit", resolve));
    }
    const after = await hdf5Store.write(
      directory,
      "after/",
      [{ name: "h", dtype: "uint8", shape: [1], bytes: new Uint8Array([5]) }],
      { durability: "process" },
    );
    const row = after.rows["h"]!;
    assert.equal(openStored(directory, row, after.heads[row[0]], { map: false, mode: "c" }).data[0], 5);
  });

  it("are not what readArray gives", async () => {
    const before = native().liveMappings();
    const array = await readArray(path);
    array.set(0, 5);
    assert.equal(native().liveMappings(), before);
    assert.equal((await readArray(path)).get(0), 0);
  });
});
