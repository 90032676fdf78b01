// open of arrays that cannot be mapped: they are inflated and copied by workers, never on the event loop.
import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NDArray, isPersistError, open, save } from "persist-archive";
import { native, type Addon } from "#dist/native.js";
import { temporaryDirectory } from "../support/temporary.ts";

const SMALL_BYTES = 64 * 1024;

/** Runs something, and gives the sizes of all arrays that were read on this thread meanwhile. */
async function readHere(run: () => Promise<void>): Promise<number[]> {
  const addon = native() as { -readonly [Name in keyof Addon]: Addon[Name] };
  const { readElementsSync } = addon;
  const sizes: number[] = [];
  addon.readElementsSync = (fd, request, file) => {
    sizes.push(request.size_bytes);
    return readElementsSync(fd, request, file);
  };
  try {
    await run();
  } finally {
    addon.readElementsSync = readElementsSync;
  }
  return sizes;
}

const noise = (n: number): Float64Array => Float64Array.from({ length: n }, (_, k) => Math.sin(k * k));

describe("open, of arrays that are not mapped", () => {
  const items = {
    small: noise(200),
    flat: noise(50_000),
    matrix: new NDArray({ data: noise(60_000), shape: [200, 300] }),
    again: [noise(20_000), noise(20_000)],
  };

  for (const [arrays, compress, map] of [
    ["npz", true, true],
    ["hdf5", true, true],
    ["npy", false, false],
    ["hdf5", false, false],
  ] as const) {
    it(`loads them on workers: ${arrays}, ${compress ? "compressed" : "copied"}`, async () => {
      const path = join(temporaryDirectory(), "a");
      await save(path, items, { arrays, compress });
      const sizes = await readHere(async () => {
        const found = await open(path, { map });
        assert.deepEqual(found["small"], items.small);
        assert.deepEqual(found["flat"], items.flat);
        assert.deepEqual(found["again"], items.again);
        assert.deepEqual((found["matrix"] as NDArray).data, items.matrix.data);
        assert.deepEqual((found["matrix"] as NDArray).shape, [200, 300]);
        const { flat } = await open(path, { map, only: ["flat"] });
        assert.deepEqual(flat, items.flat);
      });
      assert.ok(sizes.length > 0, "small arrays are read at once");
      for (const size of sizes) assert.ok(size <= SMALL_BYTES, `${size} bytes were read on this thread`);
    });
  }

  it("uses loaded arrays in the text, and tells what cannot be loaded", async () => {
    const path = join(temporaryDirectory(), "a");
    const report = await save(
      path,
      { flat: Array.from(noise(30_000)), other: noise(30_000) },
      { arrays: "npz", compress: true },
    );
    assert.match(readFileSync(report.path, "utf8"), /Array\.from\(arrays\./u);
    assert.deepEqual((await open(path))["flat"], Array.from(noise(30_000)));
    const file = join(dirname(report.path), "_arrays/arrays.npz");
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    await assert.rejects(open(path), (error) => isPersistError(error, "PERSIST_CORRUPT", "PERSIST_FORMAT"));
    truncateSync(file, bytes.length >> 1);
    await assert.rejects(open(path), (error) => isPersistError(error, "PERSIST_CORRUPT"));
  });
});
