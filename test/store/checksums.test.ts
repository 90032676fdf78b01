// Checksums of arrays: given by writeArray, compared by readArray, the same for every format.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NDArray, isPersistError, readArray, writeArray } from "persist-archive";
import { native } from "#dist/native.js";
import { interrupted, transfer } from "../support/interrupted.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { FORMATS } from "./array-formats.ts";

/** XXH128 with seed 0, from the test vectors of xxHash's own implementation. */
const KNOWN: readonly (readonly [text: string, sum: string])[] = [
  ["", "99aa06d3014798d86001c324468d497f"],
  ["a", "a96faf705af16834e6c632b61e964e1f"],
  ["abc", "06b05ab6733a618578af5f94892f3950"],
];

const isCorrupt = (error: unknown): boolean => isPersistError(error, "PERSIST_CORRUPT");
const noise = (n: number): Float64Array => Float64Array.from({ length: n }, (_, k) => Math.sin(k * k));

for (const { title, ending, isMany, compress, isMappable } of FORMATS) {
  const options = { compress, checksum: true } as const;

  describe(`checksums of arrays: ${title}`, () => {
    const pathIn = (directory: string): string => join(directory, `a${ending}`) + (isMany ? "#a" : "");

    it("are XXH3-128", async () => {
      const path = pathIn(temporaryDirectory());
      for (const [text, sum] of KNOWN)
        assert.equal(await writeArray(path, Uint8Array.from(Buffer.from(text)), options), sum, text);
      assert.equal(await writeArray(path, noise(3)), undefined);
    });

    it("are those of the elements in C order, however they lie and however many", async () => {
      const path = pathIn(temporaryDirectory());
      for (const n of [10, 300]) {
        const array = new NDArray({ data: noise(n * n), shape: [n, n], stride: [1, n] });
        const sum = await writeArray(path, array, { ...options, durability: "full" });
        const dense = array.contiguous().data;
        assert.equal(sum, await native().checksumMemory(new Uint8Array(dense.buffer), undefined));
        for (const map of [false, true])
          assert.deepEqual((await readArray(path, { checksum: sum, map })).contiguous().data, dense);
        await assert.rejects(readArray(path, { checksum: sum.replace(/^./u, "x") }), isCorrupt);
        await assert.rejects(readArray(path, { checksum: sum, selection: [0] }), TypeError);
      }
    });

    if (isMappable) {
      it("tell when a single bit has changed", async () => {
        const path = pathIn(temporaryDirectory());
        const checksum = await writeArray(path, noise(20_000), options);
        const file = path.split("#")[0]!;
        const bytes = readFileSync(file);
        const at = bytes.indexOf(Buffer.from(noise(20_000).buffer).subarray(80_000, 80_064));
        assert.ok(at > 0);
        bytes[at]! ^= 1;
        writeFileSync(file, bytes);
        for (const map of [false, true]) await assert.rejects(readArray(path, { checksum, map }), isCorrupt);
      });
    }

    it("leave the old file when the memory is transferred meanwhile", async () => {
      const directory = temporaryDirectory();
      const path = pathIn(directory);
      for (const delay_ms of [0, 1]) {
        let checksum: string | undefined;
        const error = await interrupted(async () => {
          checksum = await writeArray(path, noise(3), options);
          const data = noise(2 ** 19);
          return { work: writeArray(path, data, options), interrupt: () => transfer(data) };
        }, delay_ms);
        assert.ok(isPersistError(error, "PERSIST_DETACHED"), String(error));
        assert.equal((await readArray(path, { checksum: checksum! })).size, 3);
        assert.equal(readdirSync(directory).length, 1);
      }
    });

    it("stop with the write when it is aborted", async () => {
      const directory = temporaryDirectory();
      const path = pathIn(directory);
      const data = noise(2 ** 21);
      const reason = new Error("enough");
      const error = await interrupted(async () => {
        rmSync(path.split("#")[0]!, { force: true });
        const controller = new AbortController();
        const { signal } = controller;
        const work = writeArray(path, data, { ...options, durability: "full", signal });
        return { work, interrupt: () => controller.abort(reason) };
      });
      assert.equal(error, reason);
      assert.deepEqual(readdirSync(directory), []);
    });
  });
}
