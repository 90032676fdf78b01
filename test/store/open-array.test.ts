// Arrays that are filled, grown and read a part at a time: whole frames at every moment.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  NDArray,
  createArray,
  isPersistError,
  openArray,
  readArray,
  writeArray,
  type ArrayFile,
} from "persist-archive";
import { native } from "#dist/native.js";
import { interrupted, transfer } from "../support/interrupted.ts";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { FORMATS } from "./array-formats.ts";

/** A block of frames of shape [3, 2], numbered from `first` on. */
function frames(first: number, count: number): NDArray<Float64Array> {
  const data = Float64Array.from({ length: count * 6 }, (_, k) => first * 6 + k);
  return new NDArray({ data, shape: [count, 3, 2] });
}

for (const { title, ending, isMany, compress, isOpenable, growing, python: library } of FORMATS) {
  const pathIn = (directory: string): string => join(directory, `a${ending}`) + (isMany ? "#log" : "");
  const fileOf = (path: string): string => path.split("#")[0]!;

  if (!isOpenable) {
    describe(`open arrays: ${title}`, () => {
      it("are refused with a reason", async () => {
        const path = pathIn(temporaryDirectory());
        const isRefused = (error: unknown): boolean =>
          isPersistError(error, "PERSIST_UNSUPPORTED") && / files? /.test(error.message);
        await assert.rejects(createArray(path, { dtype: "float64", shape: [null] }), isRefused);
        await assert.rejects(openArray(path), isRefused);
        assert.equal(existsSync(fileOf(path)), false);
      });
    });
    continue;
  }

  describe(`open arrays: ${title}`, () => {
    it("grow along axis 0, and others see what was flushed", async () => {
      const path = pathIn(temporaryDirectory());
      const log = await createArray(path, { dtype: "float64", shape: [null, 3, 2], compress });
      assert.deepEqual((await readArray(path)).shape, [0, 3, 2]);
      await log.append(frames(0, 4));
      await log.append(frames(4, 1).slice([0]));
      assert.deepEqual(log.shape, [5, 3, 2]);
      await log.flush();
      assert.deepEqual((await readArray(path)).data, frames(0, 5).data);
      await log.append(frames(5, 100));
      assert.equal((await log.read({ selection: [104, 2, 1] })).get(), 105 * 6 - 1);
      await log.close();
      await log.close();
      const code = `${library}\na = load(*given)\nresult = [list(a.shape), float(a.sum()), a.dtype.str]`;
      const sum = frames(0, 105).data.reduce((a, b) => a + b);
      assert.deepEqual(python(code, [fileOf(path), "log"]), [[105, 3, 2], sum, "<f8"]);
      const again = await openArray(path, { mode: "r+" });
      await again.append(frames(105, 2));
      await again[Symbol.asyncDispose]();
      assert.deepEqual((await readArray(path)).data, frames(0, 107).data);
    });

    it("are written in place, at any place", async () => {
      const path = pathIn(temporaryDirectory());
      const shape = [5, 6, 7];
      const file = await createArray(path, { dtype: "int32", shape, compress });
      const expected = new NDArray({ data: new Int32Array(210), shape });
      for (const [start, size] of [
        [
          [0, 0, 0],
          [5, 6, 7],
        ],
        [
          [1, 2, 3],
          [2, 3, 4],
        ],
        [
          [4, 0, 0],
          [1, 6, 7],
        ],
        [
          [0, 3, 0],
          [5, 1, 7],
        ],
        [
          [2, 2, 2],
          [1, 0, 1],
        ],
        [
          [0, 0, 6],
          [5, 6, 1],
        ],
      ] as const) {
        const block = new NDArray({ data: new Int32Array(size[0] * size[1] * size[2]), shape: size });
        block.data.forEach((_, k) => (block.data[k] = Math.round(Math.sin(k + start[0]) * 1e6)));
        await file.write(block, { start });
        const part = expected.slice(start.map((at, axis) => [at, at + size[axis]!] as const));
        for (let i = 0; i < size[0]; i++)
          for (let j = 0; j < size[1]; j++)
            for (let k = 0; k < size[2]; k++) part.set(i, j, k, block.get(i, j, k));
        assert.deepEqual((await file.read()).data, expected.data);
      }
      await file.close();
      assert.deepEqual((await readArray(path)).data, expected.data);
    });

    it("are read in blocks", async () => {
      const path = pathIn(temporaryDirectory());
      await writeArray(path, frames(0, 10), { compress });
      const file = await openArray(path);
      const firsts: unknown[] = [];
      for await (const block of file.blocks({ rows: 4 })) firsts.push([block.shape[0], block.get(0, 0, 0)]);
      assert.deepEqual(firsts, [
        [4, 0],
        [4, 24],
        [2, 48],
      ]);
      let size = 0;
      for await (const block of file.blocks()) size += block.size;
      assert.equal(size, 60);
      await assert.rejects(file.append(frames(10, 1)), (error) => isPersistError(error, "PERSIST_READ_ONLY"));
      await file.close();
      await assert.rejects(file.read(), (error) => isPersistError(error, "PERSIST_CLOSED"));
    });

    it("run calls one after the other, and go on after one that failed", async () => {
      const path = pathIn(temporaryDirectory());
      let file!: ArrayFile;
      let calls: Promise<unknown>[] = [];
      const error = await interrupted(async () => {
        await (file as ArrayFile | undefined)?.close();
        rmSync(fileOf(path), { force: true });
        file = await createArray(path, { dtype: "float64", shape: [null, 3, 2], compress });
        calls = [
          file.append(frames(0, 2)),
          file.append(frames(2, 2)),
          file.read(),
          file.append(frames(4, 1)),
        ];
        const gone = frames(5, 300_000);
        return { work: file.append(gone), interrupt: () => transfer(gone.data) };
      });
      assert.ok(isPersistError(error, "PERSIST_DETACHED"), String(error));
      await assert.rejects(file.append(frames(5, 1), { signal: AbortSignal.abort() }), {
        name: "AbortError",
      });
      const [, , seen] = await Promise.all(calls);
      assert.deepEqual((seen as NDArray).shape, [4, 3, 2]);
      await file.append(frames(5, 1));
      await file.close();
      assert.deepEqual((await readArray(path)).data, frames(0, 6).data);
    });

    it("refuse what does not fit", async () => {
      const directory = temporaryDirectory();
      const path = pathIn(directory);
      const make = (options: object): Promise<unknown> => createArray(path, options as never);
      await assert.rejects(make({ dtype: "float63", shape: [1] }), RangeError);
      await assert.rejects(make({ dtype: "float64", shape: [1, null] }), RangeError);
      await assert.rejects(make({ dtype: "float64", shape: [-1] }), RangeError);
      assert.deepEqual(readdirSync(directory), []);
      const file = await createArray(path, { dtype: "float64", shape: [null, 3, 2], compress });
      await assert.rejects(make({ dtype: "float64", shape: [1] }), (error) =>
        isPersistError(error, "PERSIST_EXISTS"),
      );
      await assert.rejects(file.append(new Float32Array(6)), TypeError);
      await assert.rejects(file.append(new Float64Array(6)), RangeError);
      await assert.rejects(file.write(frames(0, 1)), RangeError);
      await assert.rejects(file.write(frames(0, 1), { start: [0, 0] }), RangeError);
      await file.close();
      await assert.rejects(openArray(path, { mode: "w" as never }), TypeError);
    });

    it("take no further writes after a sync that failed", async () => {
      const path = pathIn(temporaryDirectory());
      const file = await createArray(path, { dtype: "float64", shape: [null, 3, 2], compress });
      await file.append(frames(0, 2));
      await file.flush();
      await file.append(frames(2, 2));
      native().plan([{ call: "fdatasync", at: 1, how: "fail", errno: 5 }]);
      const isUnknown = (error: unknown): boolean => isPersistError(error, "PERSIST_DURABILITY_UNKNOWN");
      await assert.rejects(file.flush(), isUnknown);
      native().plan([]);
      await assert.rejects(file.append(frames(4, 1)), isUnknown);
      await assert.rejects(file.flush(), isUnknown);
      await file.close();
      assert.deepEqual((await readArray(path)).data, frames(0, 2).data);
    });

    it("hold whole frames when call after call of the system fails", async () => {
      for (let at = 1; ; at++) {
        const path = pathIn(temporaryDirectory());
        let promised = 0;
        native().plan([{ call: "any", at, how: "fail", errno: 28 }]);
        try {
          const file = await createArray(path, { dtype: "float64", shape: [null, 3, 2], compress });
          try {
            await file.append(frames(0, 9));
            await file.flush();
            promised = 9;
            await file.append(frames(9, 1));
          } finally {
            await file.close();
          }
          promised = 10;
        } catch (error) {
          assert.ok(isPersistError(error, "PERSIST_IO", "PERSIST_DURABILITY_UNKNOWN"));
        }
        const calls = native().plan([]);
        assert.ok(promised === 0 || existsSync(fileOf(path)));
        if (existsSync(fileOf(path))) {
          const found = (await readArray(path)).data;
          assert.ok([0, 9, 10].includes(found.length / 6) && found.length / 6 >= promised, `call ${at}`);
          assert.deepEqual(found, frames(0, found.length / 6).data);
        }
        if (calls < at) break;
      }
    });

    // what a crash can leave of HDF5 files is gone through part by part in hdf5-growing.test.ts
    for (const how of isMany ? (["kill"] as const) : (["kill", "torn"] as const)) {
      if (compress) continue;
      it(`hold whole frames when call after call of the system kills the process (${how})`, async () => {
        const directory = temporaryDirectory();
        const path = pathIn(directory);
        const program = `
import { createArray, openArray } from "persist-archive";
import { native } from "#dist/native.js";
const [path, at, how, growing] = process.argv.slice(1);
const frames = (first, count) => ({ data: Float64Array.from({ length: count * 6 }, (_, k) => first * 6 + k), shape: [count, 3, 2] });
const file = await createArray(path, { dtype: "float64", shape: [null, 3, 2], ...JSON.parse(growing) });
native().plan([{ call: "any", at: Number(at), how }]);
await file.append(frames(0, 9));
await file.flush();
process.stdout.write("9");
await file.append(frames(9, 1));
await file.close();
process.stdout.write(" 10");
console.log(" calls", native().plan([]));
`;
        const root = new URL("../../../", import.meta.url);
        for (let at = 1; ; at++) {
          rmSync(fileOf(path), { force: true });
          const { stdout, stderr, status, signal } = spawnSync(
            process.execPath,
            ["--input-type=module", "-e", program, path, String(at), how, JSON.stringify(growing ?? {})],
            { cwd: root, encoding: "utf8" },
          );
          assert.ok(status === 0 || signal === "SIGKILL", stderr);
          const promised = Number(/^9?( 10)?/.exec(stdout)![0].split(" ").at(-1)!);
          if (promised > 0) {
            const found = (await readArray(path)).data;
            assert.ok([9, 10].includes(found.length / 6) && found.length / 6 >= promised, `call ${at}`);
            assert.deepEqual(found, frames(0, found.length / 6).data);
          }
          if (Number(/calls (\d+)/.exec(stdout)?.[1] ?? Infinity) < at) break;
        }
      }).timeout(120_000);
    }
  });
}
