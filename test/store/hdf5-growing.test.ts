// HDF5 datasets that grow: whole frames at every moment, for this library and for h5py, which also goes on with them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fstatSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { NDArray, createArray, isPersistError, openArray, readArray, writeArray } from "persist-archive";
import { native } from "#dist/native.js";
import { interpreter, python } from "../support/python.ts";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Frames of shape [3, 2], numbered from `first` on. */
function frames(first: number, count: number): NDArray<Float64Array> {
  const data = Float64Array.from({ length: count * 6 }, (_, k) => first * 6 + k);
  return new NDArray({ data, shape: [count, 3, 2] });
}

/** Whole numbers below a limit, by chance. */
function chance(seed: number): (limit: number) => number {
  const next = randomNumbers(seed);
  return (limit) => Math.floor(next() * limit);
}

const GROWING = { dtype: "float64", shape: [null, 3, 2], chunks: [2, 2, 2] } as const;

/** Python: how many frames each file has, after a check that they are the right ones. */
const JUDGE = `
result = []
for path in given:
    with h5py.File(path, "r") as f:
        a = f["x"][()]
        assert (a.ravel() == np.arange(a.size)).all(), path
        result.append(a.shape[0])
`;

describe("HDF5 datasets that grow", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    file = join(directory, "a.h5");
  });

  it("are resizable chunks to h5py, which goes on where we stopped, and we where it did", async () => {
    const log = await createArray(`${file}#x`, { ...GROWING, attributes: { units: "nm" } });
    assert.deepEqual(log.attributes, { units: "nm" });
    await log.append(frames(0, 301)); // 302 chunks: an index of two levels
    await log.close();
    const seen = python(
      `
with h5py.File(given, "r+") as f:
    x = f["x"]
    result = [x.maxshape, x.chunks, x.attrs["units"], bool((x[()].ravel() == np.arange(x.size)).all())]
    x.resize(700, axis=0)
    x[301:] = np.arange(301 * 6, 700 * 6).reshape(399, 3, 2)`,
      file,
    );
    assert.deepEqual(seen, [[null, 3, 2], [2, 2, 2], "nm", true]);
    const again = await openArray(`${file}#x`, { mode: "r+" });
    assert.deepEqual((await again.read()).data, frames(0, 700).data);
    await again.append(frames(700, 5000));
    await again.flush();
    await again.append(frames(5700, 1));
    assert.deepEqual((await again.read({ selection: [[null, null, -7], 1] })).shape, [815, 2]);
    await again.close();
    assert.deepEqual(python(JUDGE, [file]), [5701]);
    assert.deepEqual((await readArray(`${file}#x`)).data, frames(0, 5701).data);
  });

  it("may have been made by h5py, in chunks of any kind, with a user block", async () => {
    python(
      `
with h5py.File(given, "w", userblock_size=1024) as f:
    for k in range(20): f.attrs[f"a{k}"] = "x" * 100
    x = f.create_dataset("g/x", shape=(5, 7), maxshape=(None, 7), chunks=(3, 4), dtype="<i4")
    for k in range(30): x.attrs[f"b{k}"] = np.arange(k)
    x[3, 5] = 8
    f.create_dataset("limited", shape=(0,), maxshape=(4,), chunks=(2,), dtype="u1")`,
      file,
    );
    const expected = new NDArray({ data: new Int32Array(9 * 7), shape: [9, 7] });
    expected.set(3, 5, 8);
    const x = await openArray(`${file}#g/x`, { mode: "r+" });
    assert.equal(Object.keys(x.attributes).length, 30);
    const block = new NDArray({ data: Int32Array.from({ length: 28 }, (_, k) => 100 + k), shape: [4, 7] });
    await x.append(block);
    expected.data.set(block.data, 35);
    await x.write({ data: new Int32Array([1, 2, 3, 4]), shape: [2, 2] }, { start: [2, 3] });
    for (const [k, [i, j]] of [
      [2, 3],
      [2, 4],
      [3, 3],
      [3, 4],
    ].entries())
      expected.set(i!, j!, k + 1);
    assert.deepEqual((await x.read()).data, expected.data);
    await x.close();
    assert.deepEqual(python(`result = h5py.File(given, "r")["g/x"][()].ravel().tolist()`, file), [
      ...expected.data,
    ]);
    const limited = await openArray(`${file}#limited`, { mode: "r+" });
    await limited.append(new Uint8Array(4));
    await assert.rejects(limited.append(new Uint8Array(1)), (error) =>
      isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
    await limited.close();
  });

  for (const compress of [false, 3])
    it(`are filled in any order, as h5py sees it${compress === false ? "" : ", compressed"}`, async () => {
      const below = chance(20_241_124);
      const shape = [200, 30, 20];
      const expected = new NDArray({ data: new Float32Array(120_000), shape });
      const x = await createArray(`${file}#x`, {
        dtype: "float32",
        shape: [null, 30, 20],
        chunks: [3, 7, 6],
        compress,
      });
      await x.append(new NDArray({ data: new Float32Array(600), shape: [1, 30, 20] }));
      await x.append(new NDArray({ data: new Float32Array(0), shape: [0, 30, 20] }));
      await x.append(expected.slice([[1, null]]));
      for (let round = 0; round < 60; round++) {
        const start = shape.map((extent) => below(extent));
        const counts = shape.map((extent, axis) => 1 + below(Math.min(extent - start[axis]!, 40)));
        const block = new NDArray({
          data: new Float32Array(counts.reduce((a, b) => a * b)).fill(round + 1),
          shape: counts,
        });
        await x.write(block, { start });
        const part = expected.slice(start.map((at, axis) => [at, at + counts[axis]!] as const));
        for (let i = 0; i < counts[0]!; i++)
          for (let j = 0; j < counts[1]!; j++)
            for (let k = 0; k < counts[2]!; k++) part.set(i, j, k, round + 1);
        if (round % 7 === 0) await x.flush();
        const selection = [
          [start[0]!, null, 3],
          [null, null, -2],
          [start[2]!, null],
        ] as const;
        assert.deepEqual(
          (await x.read({ selection })).contiguous().data,
          expected.slice(selection).contiguous().data,
        );
      }
      await x.close();
      writeFileSync(`${file}.raw`, new Uint8Array(expected.data.buffer));
      const code = `result = bool((h5py.File(given, "r")["x"][()].ravel() == np.fromfile(given + ".raw", dtype="<f4")).all())`;
      assert.equal(python(code, file), true);
    });

  it("grow side by side in one file, which takes other arrays meanwhile", async () => {
    const x = await createArray(`${file}#x`, GROWING);
    await x.append(frames(0, 5));
    const v = await createArray(`${file}#deep/v`, { dtype: "int16", shape: [null] });
    await writeArray(`${file}#mass`, new Float64Array(50_000));
    await Promise.all([x.append(frames(5, 500)), v.append(new Int16Array([1, 2])), v.flush(), x.flush()]);
    await writeArray(`${file}#mass`, new Float64Array([1]));
    await assert.rejects(writeArray(`${file}#/x`, frames(0, 1)), (error) =>
      isPersistError(error, "PERSIST_CONFLICT"),
    );
    await assert.rejects(createArray(`${file}#x`, GROWING), (error) =>
      isPersistError(error, "PERSIST_EXISTS"),
    );
    await x.append(frames(505, 5));
    await v.append(new Int16Array([3]));
    await x.close();
    await v.append(new Int16Array([4]));
    await v.close();
    assert.deepEqual(python(JUDGE, [file]), [510]);
    assert.deepEqual((await readArray(`${file}#deep/v`)).data, new Int16Array([1, 2, 3, 4]));
    assert.equal((await readArray(`${file}#mass`)).size, 1);
    await writeArray(`${file}#x`, frames(0, 1));
  });

  it("are read by other processes meanwhile: whole frames, never fewer than before", async () => {
    const x = await createArray(`${file}#x`, { ...GROWING, chunks: [4, 3, 2] });
    await x.append(frames(0, 1));
    await x.flush();
    const program = `
import h5py, numpy as np, sys
last = 0
while last < 400:
    with h5py.File(sys.argv[1], "r") as f:
        a = f["x"][()]
    assert (a.ravel() == np.arange(a.size)).all() and len(a) >= last
    last = len(a)
`;
    let isRead = false;
    const reader = promisify(execFile)(interpreter(), ["-c", program, file]).finally(() => (isRead = true));
    for (let count = 1; !isRead; count++) {
      if (count <= 400) await x.append(frames(count, 1));
      await x.flush();
      const { shape, data } = await readArray(`${file}#x`);
      assert.deepEqual([shape[0], data.at(-1)], [Math.min(count + 1, 401), Math.min(count + 1, 401) * 6 - 1]);
    }
    await reader;
    await x.close();
  });

  it("are cut, and what comes then takes the place", async () => {
    const x = await createArray(`${file}#x`, GROWING);
    await x.append(frames(0, 400));
    await x.close();
    const size = statSync(file).size;
    const again = await openArray(`${file}#x`, { mode: "r+" });
    await again.truncate(7);
    assert.deepEqual((await readArray(`${file}#x`)).data, frames(0, 7).data);
    await again.append(frames(7, 393));
    await again.close();
    assert.deepEqual(python(JUDGE, [file]), [400]);
    assert.equal(statSync(file).size, size);
  });

  it("of other kinds are read, and refused with a reason when written", async () => {
    python(
      `
with h5py.File(given, "w") as f:
    f.create_dataset("filled", data=np.arange(4.0), maxshape=(None,), chunks=(2,), fillvalue=7.0)
    f.create_dataset("zipped", data=np.arange(4.0), maxshape=(None,), chunks=(2,), compression="lzf")
    f.create_dataset("summed", data=np.arange(4.0), maxshape=(None,), chunks=(2,), fletcher32=True)
    f.create_dataset("big", data=np.arange(4.0).astype(">f8"), maxshape=(None,), chunks=(2,))
    f.create_dataset("fixed", data=np.arange(4.0))
    f["words"] = ["a", "bc"]
with h5py.File(given + "-latest.h5", "w", libver="latest") as f:
    f.create_dataset("x", data=np.arange(4.0), maxshape=(None,), chunks=(2,))`,
      file,
    );
    for (const [path, words] of [
      [`${file}#filled`, /another value than zero/],
      [`${file}#big`, /big-endian/],
      [`${file}#words`, /strings/],
      [`${file}#summed`, /filters other than/],
    ] as const) {
      const array = await openArray(path, { mode: "r+" });
      assert.deepEqual((await array.read()).shape, array.shape);
      for await (const block of array.blocks()) assert.deepEqual(block.shape, array.shape);
      if (array.dtype === "float64")
        await assert.rejects(
          array.append(new Float64Array(1)),
          (error) => isPersistError(error, "PERSIST_UNSUPPORTED") && words.test(error.message),
        );
      await array.close();
    }
    await assert.rejects(
      openArray(`${file}-latest.h5#x`, { mode: "r+" }),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED") && /latest/.test(error.message),
    );
    await assert.rejects(openArray(`${file}#none`, { mode: "r+" }), (error) =>
      isPersistError(error, "PERSIST_NOT_FOUND"),
    );
    const fixed = await openArray(`${file}#fixed`, { mode: "r+" });
    await fixed.write(new Float64Array([9]), { start: [2] });
    await assert.rejects(
      fixed.append(new Float64Array(1)),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED") && /fixed shape/.test(error.message),
    );
    await fixed.close();
    assert.deepEqual((await readArray(`${file}#fixed`)).data, new Float64Array([0, 1, 9, 3]));
    for (const chunks of [[2], [0, 1], [2 ** 20, 2 ** 12], ["1", 1]])
      await assert.rejects(
        createArray(`${file}#y`, { dtype: "float64", shape: [null, 2], chunks: chunks as number[] }),
        RangeError,
      );
  });

  it("with a damaged index are CORRUPT", async () => {
    const x = await createArray(`${file}#x`, { dtype: "float64", shape: [null], chunks: [1] });
    await x.append(new Float64Array(200));
    await x.close();
    const whole = readFileSync(file);
    const node = whole.lastIndexOf("TREE");
    for (const [at, byte] of [
      [0, 0],
      [5, 7],
      [6, 255],
      [24 + 8, 3],
      [24 + 24, 1],
    ] as const) {
      const bytes = Buffer.from(whole);
      bytes[node + at] = byte;
      if (bytes.equals(whole)) continue;
      writeFileSync(file, bytes);
      const outcome = await openArray(`${file}#x`, { mode: "r+" }).then(
        (array) => array.close(),
        (error: unknown) => error,
      );
      assert.ok(
        outcome === undefined || isPersistError(outcome, "PERSIST_CORRUPT", "PERSIST_TRUNCATED"),
        String(outcome),
      );
    }
  });

  for (const compress of [false, true])
    it(`hold whole frames, to h5py, whatever part of the writes since the last sync a crash has left${compress ? ", compressed" : ""}`, async () => {
      const below = chance(7);
      const x = await createArray(`${file}#x`, { ...GROWING, chunks: [1, 3, 2], compress });
      await x.append(frames(0, 60));
      await x.flush();
      const images: string[] = [];
      let pending: { offset: number; data: Uint8Array }[] = [];
      let durable = readFileSync(file);
      const patched = (some: typeof pending): Buffer => {
        const out = Buffer.alloc(
          Math.max(durable.length, ...some.map(({ offset, data }) => offset + data.length)),
        );
        out.set(durable);
        for (const { offset, data } of some) out.set(data, offset);
        return out;
      };
      const keep = (some: typeof pending): void => {
        const path = join(directory, `image-${images.length}.h5`);
        writeFileSync(path, patched(some));
        images.push(path);
      };
      const addon = native();
      const { writeOpenRanges } = addon;
      addon.writeOpenRanges = async (fd, path, ranges, isDurable, control): Promise<void> => {
        pending.push(...ranges.map(({ offset, data }) => ({ offset, data: Uint8Array.from(data) })));
        for (const one of pending) keep([one]);
        for (let k = 0; k < 4; k++) keep(pending.filter(() => below(2) === 1));
        await writeOpenRanges(fd, path, ranges, isDurable, control);
        if (!isDurable) return;
        durable = readFileSync(path);
        assert.equal(durable.length, fstatSync(fd).size);
        pending = [];
      };
      try {
        for (const [first, count] of [
          [60, 1],
          [61, 9],
          [70, 4200],
          [4270, 1],
        ] as const) {
          await x.append(frames(first, count));
          await x.flush();
        }
        await x.truncate(4);
        await x.append(frames(4, 3));
        await x.close();
      } finally {
        addon.writeOpenRanges = writeOpenRanges;
      }
      const counts = new Set(python<number[]>(JUDGE, images));
      assert.deepEqual(
        [...counts].toSorted((a, b) => a - b),
        [4, 7, 60, 61, 70, 4270, 4271],
      );
      for (const image of images.filter((_, k) => k % 5 === 0)) {
        const { shape, data } = await readArray(`${image}#x`);
        assert.deepEqual(data, frames(0, shape[0]!).data);
      }
    });
});
