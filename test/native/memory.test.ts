// Copies from memory to memory: every byte arrives, and none beside it is touched.
import assert from "node:assert/strict";
import { native } from "#dist/native.js";

describe("a copy past the caches", () => {
  it("has any length, and begins anywhere", () => {
    const source = Uint8Array.from({ length: 9000 }, (_, k) => (k * 131) % 251);
    for (const size of [0, 1, 63, 64, 2047, 2048, 2049, 4096, 8191])
      for (const [start, from] of [
        [0, 0],
        [1, 0],
        [63, 16],
        [64, 33],
        [100, 7],
      ] as const) {
        const into = new Uint8Array(9000).fill(255);
        native().copyBytes(into.subarray(start), source.subarray(from, from + size));
        const expected = new Uint8Array(9000).fill(255);
        expected.set(source.subarray(from, from + size), start);
        assert.deepEqual(into, expected, `${size} bytes from ${from} to ${start}`);
      }
  });

  it("refuses more than fits", () => {
    assert.throws(() => native().copyBytes(new Uint8Array(10), new Uint8Array(11)), RangeError);
  });
});
