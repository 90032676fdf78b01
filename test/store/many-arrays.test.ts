// writeArrays and readArrays: many arrays in one file, with NumPy and h5py as the judges.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  NDArray,
  type MappedArray,
  isPersistError,
  listArrays,
  readArray,
  readArrays,
  writeArray,
  writeArrays,
  type Progress,
} from "persist-archive";
import { dtype, dtypeOf } from "#dist/dtype.js";
import { interrupted } from "../support/interrupted.ts";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { FORMATS } from "./array-formats.ts";

const noise = (n: number, seed = 1): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => Math.sin(seed * k * k));

/** Small ones and large ones, by turns, of several types and shapes. */
function mixture(): Record<string, NDArray> {
  const out: Record<string, NDArray> = {};
  for (let k = 0; k < 40; k++) {
    const n = k % 7 === 3 ? 100 : 3;
    out[`x${k}`] = new NDArray({ data: noise(n * n, k), shape: [n, n] });
  }
  out["turned"] = new NDArray({ data: noise(120), shape: [10, 12], stride: [1, 10] });
  out["scalar"] = new NDArray({ data: Int32Array.of(7), shape: [] });
  out["nothing"] = new NDArray({ data: new Uint8Array(0), shape: [0, 3] });
  out["größe"] = new NDArray({ data: Float32Array.of(1.5), shape: [1] });
  return out;
}

function valuesOf(arrays: Readonly<Record<string, NDArray>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const { data, dtype, shape } = array.contiguous();
      return [name, { dtype, shape: [...shape], data: Array.from(data as Float64Array) }];
    }),
  );
}

for (const { title, ending, isMany, compress, python: library } of FORMATS) {
  if (!isMany) continue;

  describe(`many arrays in one file: ${title}`, () => {
    it("are written and read back as they were, here and in Python", async () => {
      const file = join(temporaryDirectory(), `all${ending}`);
      const arrays = mixture();
      await writeArrays(file, arrays, { compress, durability: "full" });
      const found = await readArrays(file);
      assert.equal(Object.getPrototypeOf(found), null);
      assert.deepEqual(
        Object.keys(found).toSorted(),
        Object.keys(arrays).toSorted(),
        "every name, and no other",
      );
      assert.deepEqual(valuesOf(found), valuesOf(arrays));
      assert.deepEqual(valuesOf(await readArrays(file, { map: true })), valuesOf(arrays));
      for (const array of Object.values(found)) assert.equal(array.data.byteOffset, 0, "memory of its own");
      const seen = python<Record<string, unknown>>(
        `${library}
result = {}
for name in given[1]:
    a = load(given[0], name)
    result[name] = {"dtype": str(a.dtype), "shape": list(a.shape), "data": a.ravel().tolist()}`,
        [file, Object.keys(arrays)],
      );
      assert.deepEqual(seen, valuesOf(arrays));
    });

    it("are read when Python has written them, those asked for in that order", async () => {
      const file = join(temporaryDirectory(), `theirs${ending}`);
      python(
        `${library}
store(given, {f"n{k}": np.arange(k, dtype=["<f8", ">i4", "<c16"][k % 3]) for k in range(30)})`,
        file,
      );
      const all = await readArrays(file);
      assert.equal(Object.keys(all).length, 30);
      for (let k = 0; k < 30; k++)
        assert.deepEqual(all[`n${k}`]!.data, (await readArray(`${file}#n${k}`)).data);
      const some = await readArrays(file, { only: ["n9", "n3", "n12"] });
      assert.deepEqual(Object.keys(some), ["n9", "n3", "n12"]);
      assert.equal(some["n9"]!.size, 9);
      await assert.rejects(readArrays(file, { only: ["n9", "none"] }), (error) =>
        isPersistError(error, "PERSIST_NOT_FOUND"),
      );
    });

    it("are read out of several files at once", async () => {
      const directory = temporaryDirectory();
      const files = [1, 2, 3].map((k) => join(directory, `all${k}${ending}`));
      const arrays = mixture();
      for (const file of files) await writeArrays(file, arrays, { compress });
      const found = await Promise.all([...files, ...files].map((file) => readArrays(file)));
      for (const each of found) assert.deepEqual(valuesOf(each), valuesOf(arrays));
    });

    it("take the place of those of their names, and keep the others", async () => {
      const file = join(temporaryDirectory(), `all${ending}`);
      await writeArray(`${file}#kept`, noise(20), { compress });
      await writeArrays(file, { a: noise(3), b: noise(50_000) }, { compress });
      await writeArrays(file, { b: noise(5), c: noise(6) }, { compress });
      const sizes = Object.entries(await readArrays(file)).map(([name, { size }]) => [name, size]);
      assert.deepEqual(Object.fromEntries(sizes), { kept: 20, a: 3, b: 5, c: 6 });
      await writeArrays(file, {});
      assert.equal((await listArrays(file)).length, 4);
    });

    it("have a checksum each", async () => {
      const file = join(temporaryDirectory(), `all${ending}`);
      const arrays = { a: noise(10), b: noise(50_000) };
      const sums = await writeArrays(file, arrays, { compress, checksum: true });
      assert.deepEqual(Object.keys(sums), ["a", "b"]);
      for (const [name, data] of Object.entries(arrays))
        assert.deepEqual((await readArray(`${file}#${name}`, { checksum: sums[name]! })).data, data);
    });

    it("report progress that goes on, and are not there at all when they are aborted", async () => {
      const directory = temporaryDirectory();
      const file = join(directory, `all${ending}`);
      const arrays = mixture();
      const seen: Progress[] = [];
      await writeArrays(file, arrays, { compress, onProgress: (p) => seen.push(p) });
      const done = seen.map(({ done_bytes }) => done_bytes);
      assert.deepEqual(
        done,
        done.toSorted((a, b) => a - b),
      );
      assert.equal(seen.at(-1)!.done_bytes, seen.at(-1)!.total_bytes);
      const before = readFileSync(file);
      const reason = new Error("enough");
      const big = noise(2 ** 20);
      const error = await interrupted(async () => {
        writeFileSync(file, before);
        const controller = new AbortController();
        const { signal } = controller;
        const work = writeArrays(file, { big }, { compress, durability: "full", signal });
        return { work, interrupt: () => controller.abort(reason) };
      });
      assert.equal(error, reason);
      assert.deepEqual(readFileSync(file), before);
      assert.deepEqual(readdirSync(directory).length, 1);
    });

    it("are DETACHED when one is transferred before it is written", async () => {
      const file = join(temporaryDirectory(), `all${ending}`);
      const gone = noise(100);
      const writing = writeArrays(file, { ...mixture(), gone }, { compress });
      structuredClone(gone.buffer, { transfer: [gone.buffer as ArrayBuffer] });
      await assert.rejects(writing, (error) => isPersistError(error, "PERSIST_DETACHED"));
    });

    it("refuse what is misuse", async () => {
      const file = join(temporaryDirectory(), `all${ending}`);
      await assert.rejects(writeArrays(`${file}#a`, { a: noise(1) }), TypeError);
      await assert.rejects(writeArrays(file, { "": noise(1) }), TypeError);
      await assert.rejects(readArrays(`${file}#a`), TypeError);
      await assert.rejects(writeArrays(join(temporaryDirectory(), "a.npy"), { a: noise(1) }), TypeError);
      if (ending === ".h5")
        await assert.rejects(writeArrays(file, { "/a": noise(1), a: noise(1) }), TypeError);
    });
  });
}

describe("ten thousand small arrays in one npz file", () => {
  it("lie in it as zip tools expect, and a changed bit of one is found", async () => {
    const file = join(temporaryDirectory(), "many.npz");
    const arrays = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, k) => [`a${k}`, Float64Array.of(k, -k)] as const),
    );
    await writeArrays(file, arrays);
    execFileSync("unzip", ["-tqq", file]);
    const sum = python<number>(
      "with np.load(given) as z:\n    result = float(sum(a[0] for a in z.values()))",
      file,
    );
    assert.equal(sum, (10_000 * 9_999) / 2);
    const found = await readArrays(file);
    for (const [name, data] of Object.entries(arrays)) assert.deepEqual(found[name]!.data, data);
    const bytes = readFileSync(file);
    const at = bytes.indexOf(Buffer.from(Float64Array.of(7777, -7777).buffer));
    bytes[at]! ^= 1;
    writeFileSync(file, bytes);
    await assert.rejects(readArrays(file), (error) => isPersistError(error, "PERSIST_CORRUPT"));
    assert.equal((await readArrays(file, { only: ["a1"] }))["a1"]!.get(0), 1);
  });
});

describe("the arrays of a folder that was zipped", () => {
  it("are all that is in the file: the entries of folders are passed over, and kept", async () => {
    const file = join(temporaryDirectory(), "a.npz");
    python(
      `
import io, zipfile
with zipfile.ZipFile(given, "w") as z:
    z.writestr("runs/", b"")
    for k in range(3):
        out = io.BytesIO()
        np.save(out, np.full(4, k))
        z.writestr(f"runs/a{k}.npy", out.getvalue())`,
      file,
    );
    const names = ["runs/a0", "runs/a1", "runs/a2"];
    assert.deepEqual(
      (await listArrays(file)).map(({ name }) => name),
      names,
    );
    assert.deepEqual(Object.keys(await readArrays(file)), names);
    await writeArray(`${file}#runs/b`, new Float64Array(2));
    assert.deepEqual(Object.keys(await readArrays(file)), [...names, "runs/b"]);
    const entries = python("import zipfile; result = sorted(zipfile.ZipFile(given).namelist())", file);
    assert.deepEqual(entries, ["runs/", ...[...names, "runs/b"].map((name) => `${name}.npy`)]);
  });
});

describe("many arrays in one HDF5 file", () => {
  const WRITE = `
with h5py.File(given, "w") as f:
    f["plain"] = np.arange(6.0).reshape(2, 3)
    f["deep/er/big"] = np.arange(5, dtype=">i4")
    f["deep/named"] = np.arange(3)
    f["deep/named"].attrs["units"] = "m"
    f.create_dataset("packed", data=np.arange(1000), chunks=(30,), compression="gzip")
    f["text"] = np.array(["a", "bcd"], dtype=h5py.string_dtype())
    f["flags"] = np.array([True, False])
    f["records"] = np.array([(1, 2.5)], dtype=[("a", "<i4"), ("b", "<f8")])
    f["empty"] = np.zeros((0, 3))
    f.create_dataset("unwritten", shape=(3,), dtype="f4")
    f["soft"] = h5py.SoftLink("/deep/named")
    for k in range(300):
        f[f"many/{k:03}"] = np.float32(k)
`;

  it("are in groups of any size, which h5py reads, and goes on with", async () => {
    const file = join(temporaryDirectory(), "a.h5");
    for (const count of [1, 8, 9, 256, 257, 8193]) {
      rmSync(file, { force: true });
      const arrays = Object.fromEntries(
        Array.from({ length: count }, (_, k) => [
          k % 7 === 6 ? `in ${k % 3}/deep/a${k}` : `a${k}`,
          [Float64Array, Float32Array, Uint8Array, Int16Array][k % 4]!.of(k % 100, 1, 2),
        ]),
      );
      await writeArrays(file, arrays);
      const found = python<Record<string, number[]>>(
        `
result = {}
def take(name, found):
    if isinstance(found, h5py.Dataset):
        result[name] = [found.dtype.str, *map(float, found)]
with h5py.File(given, "r+") as f:
    f.visititems(take)
    del f["a0"]
    f["new/x"] = [1]
    f.create_dataset("b0", data=[2.5], maxshape=(None,)).attrs["units"] = "m"
`,
        file,
      );
      assert.deepEqual(Object.keys(found).toSorted(), Object.keys(arrays).toSorted());
      for (const [name, data] of Object.entries(arrays)) {
        const descr = dtype(dtypeOf(data)).descr;
        assert.deepEqual(found[name], [descr, ...data], name);
      }
      await writeArray(`${file}#in 0/ü`, Float64Array.of(7), { attributes: { units: "s" } });
      const rest = { ...arrays };
      delete rest["a0"];
      const names = [...Object.keys(rest), "b0", "in 0/ü", "new/x"].toSorted();
      const all = await readArrays(file);
      assert.deepEqual(Object.keys(all).toSorted(), names);
      for (const [name, data] of Object.entries(rest)) assert.deepEqual(all[name]!.data, data, name);
    }
  });

  it("are alone in each of a series of files, alike or not", async () => {
    const directory = temporaryDirectory();
    const series = [
      ["x", Float64Array.of(1, 2)],
      ["x", Float64Array.of(3, 4)],
      ["x", Float64Array.of(5, 6, 7)],
      ["x", BigInt64Array.of(8n, 9n, 10n)],
      ["y", BigInt64Array.of(11n, 12n, 13n)],
      ["y", BigInt64Array.of(14n, 15n, 16n)],
    ] as const;
    for (const [k, [name, data]] of series.entries())
      await writeArray(join(directory, `${k}.h5#${name}`), data);
    const found = python<[string, string, number[]][]>(
      `
result = []
for k in range(given["count"]):
    with h5py.File(f"{given['directory']}/{k}.h5", "r") as f:
        [(name, a)] = f.items()
        result.append([name, a.dtype.str, [*map(float, a)]])
`,
      { directory, count: series.length },
    );
    const expected = series.map(([name, data]) => [
      name,
      dtype(dtypeOf(data)).descr,
      Array.from<number | bigint, number>(data, Number),
    ]);
    assert.deepEqual(found, expected);
  });

  it("are those that readArray reads, with their attributes, by themselves or all", async () => {
    const file = join(temporaryDirectory(), "kinds.h5");
    python(WRITE, file);
    const all = await readArrays(file);
    const listed = (await listArrays(file)).map(({ name }) => name);
    assert.deepEqual(Object.keys(all), listed);
    assert.equal(listed.length, 309);
    const some = ["soft", "text", "deep/named", "packed", "plain", "many/299"];
    const found = await readArrays(file, { only: some });
    assert.deepEqual(Object.keys(found), some);
    assert.deepEqual({ ...found["soft"]!.attributes }, { units: "m" });
    for (const [name, array] of [...Object.entries(all), ...Object.entries(found)])
      assert.deepEqual(array, await readArray(`${file}#${name}`), name);
    const mapped = await readArrays(file, { only: ["plain", "packed"], map: true });
    assert.deepEqual([mapped["plain"]!.get(1, 2), mapped["packed"]!.get(-1)], [5, 999n]);
    (mapped["plain"] as MappedArray).close();
    for (const only of [["plain", "absent"], ["deep"], ["plain/x"]])
      await assert.rejects(readArrays(file, { only }), (error) => isPersistError(error, "PERSIST_NOT_FOUND"));
  });
});
