// Records: what NumPy has written, field by field, and written again.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  RecordArray,
  isPersistError,
  listArrays,
  openArray,
  readArray,
  restore,
  stringify,
  writeArray,
  NDArray,
} from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Packed, aligned, big-endian, with sub-arrays, text and padding. */
const TYPES = [
  "[('a', '<f8'), ('b', '<f8')]",
  "[('x', '<f4'), ('n', '<i2'), ('name', 'S4'), ('u', '<U2')]",
  "[('x', '>f8'), ('n', '>i4'), ('z', '>c16'), ('t', '>M8[us]')]",
  "np.dtype([('i', 'i1'), ('d', '<f8'), ('h', '<u2')], align=True)",
  "[('v', '<f4', (3,)), ('m', '<i4', (2, 2)), ('it\\'s', '?')]",
];

const WRITE = `
result = []
for k, code in enumerate(given["types"]):
    dtype = np.dtype(eval(code))
    raw = ((np.arange(12 * dtype.itemsize) * 37 + k) % 100).astype(np.uint8)
    a = raw.view(dtype) if dtype.itemsize * 12 == raw.size else None
    a = np.frombuffer(raw.tobytes(), dtype=dtype).reshape(3, 4)
    for name in dtype.names:
        if dtype[name].base.kind == "U":
            a = a.copy(); a[name] = "é" + str(k)
    np.save(given["directory"] + f"/{k}.npy", a)
    np.savez_compressed(given["directory"] + f"/{k}.npz", records=a)
    result.append({name: {"dtype": dtype[name].base.name if dtype[name].base.kind not in "SU" else dtype[name].base.str[1:], "shape": list(a[name].shape),
                   "hex": a[name].astype(a[name].dtype.newbyteorder("<")).tobytes().hex()} for name in dtype.names})
`;

function seenIn(array: NDArray): { dtype: string; shape: number[]; hex: string } {
  const { data, dtype, shape } = array.contiguous();
  return {
    dtype,
    shape: [...shape],
    hex: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
  };
}

describe("records", () => {
  const directory = temporaryDirectory();
  let expected: Record<string, ReturnType<typeof seenIn>>[];
  before(() => (expected = python(WRITE, { directory, types: TYPES })));

  for (const [k, type] of TYPES.entries()) {
    it(`of ${type} are read from npy and npz, and written so that NumPy finds the same`, async () => {
      for (const path of [join(directory, `${k}.npy`), `${join(directory, `${k}.npz`)}#records`]) {
        const records = await readArray(path);
        assert.ok(records instanceof RecordArray);
        assert.deepEqual(
          records.fields.map(({ name }) => name),
          Object.keys(expected[k]!),
        );
        assert.deepEqual((await listArrays(path))[0]!.fields, records.fields);
        for (const [name, seen] of Object.entries(expected[k]!)) {
          assert.deepEqual(seenIn(records.field(name)), seen, name);
          const part = (await readArray(path, { selection: [1, [null, null, -2]] })) as RecordArray;
          const same = records.slice([1, [null, null, -2]]);
          assert.deepEqual(seenIn(part.field(name)), seenIn(same.field(name)));
        }
        const copy = path.replace(`${k}.np`, `copy-${k}.np`);
        await writeArray(copy, records);
        const load = `a, b = [np.load(p) for p in given]
a, b = [x["records"] if hasattr(x, "files") else x for x in (a, b)]
result = [a.dtype.names == b.dtype.names, a.dtype.itemsize == b.dtype.itemsize, all((a[n] == b[n]).all() and a[n].dtype == b[n].dtype for n in a.dtype.names), list(b.shape)]`;
        const files = [path, copy].map((one) => one.split("#")[0]!);
        assert.deepEqual(python(load, files), [true, true, true, [3, 4]]);
      }
    });
  }

  it("within records are read and written, in every format", async () => {
    const within = RecordArray.from({
      n: new Int16Array([1, 2, 3]),
      v: { data: new Float32Array([0, 1, 2, 3, 4, 5]), shape: [3, 2] },
    });
    const name = new NDArray({
      data: Uint32Array.from("aébcdé", (c) => c.codePointAt(0)!),
      shape: [3],
      dtype: "U2",
    });
    const z = { data: new Float64Array([1, 2, 3, 4, 5, 6]), shape: [3], dtype: "complex128" };
    const table = RecordArray.from({
      energy: new Float64Array([0.5, 1.5, 2.5]),
      within,
      name,
      z,
      ok: { data: new Uint8Array([1, 0, 1]), shape: [3], dtype: "bool" },
    });
    assert.deepEqual(table.shape, [3]);
    assert.equal(table.dtype, `V${8 + 10 + 8 + 16 + 1}`);
    const paths = ["t.npy", "t.npz#t", "t.h5#g/t", "z.h5#g/t"].map((path) => join(directory, path));
    for (const path of paths) {
      await writeArray(path, table, path.includes("z.h5") ? { compress: true } : {});
      const back = await readArray(path);
      assert.ok(back instanceof RecordArray);
      const inner = back.field("within");
      assert.ok(inner instanceof RecordArray);
      assert.deepEqual(inner.field("v").contiguous().data, new Float32Array([0, 1, 2, 3, 4, 5]));
      assert.deepEqual(
        inner
          .slice([[1, null]])
          .field("n")
          .contiguous().data,
        new Int16Array([2, 3]),
      );
      assert.deepEqual(
        [back.field("name").get(1), back.field("z").get(2), back.field("ok").get(1)],
        ["bc", { re: 5, im: 6 }, false],
      );
      assert.deepEqual((await listArrays(path))[0]!.fields, back.fields);
    }
    const seen = python(
      `
result = []
for path in given:
    file, _, name = path.partition("#")
    a = h5py.File(file, "r")[name][()] if name.startswith("g") else np.load(file) if not name else np.load(file)[name]
    result.append([list(a.dtype.names), a["energy"].tolist(), a["within"]["v"].tolist(), a["within"]["n"].tolist(), a["name"].tolist(), [str(z) for z in a["z"]], [bool(x) for x in a["ok"]]])`,
      paths,
    ) as unknown[];
    for (const one of seen)
      assert.deepEqual(one, [
        ["energy", "within", "name", "z", "ok"],
        [0.5, 1.5, 2.5],
        [
          [0, 1],
          [2, 3],
          [4, 5],
        ],
        [1, 2, 3],
        ["aé", "bc", "dé"],
        ["(1+2j)", "(3+4j)", "(5+6j)"],
        [true, false, true],
      ]);
  });

  it("of h5py and NumPy that hold others are read: aligned, big-endian, in rows of a field", async () => {
    const files = ["n.npy", "n.h5#x"].map((path) => join(directory, path));
    const expected = python<{ hex: string }>(
      `
inner = np.dtype([("a", ">i4"), ("b", "<f8", (2,))])
outer = np.dtype([("x", "i1"), ("in", inner, (2,)), ("y", "<u2")], align=True)
a = np.zeros((2, 3), dtype=outer)
a["in"]["a"] = np.arange(12).reshape(2, 3, 2)
a["in"]["b"] = np.arange(24).reshape(2, 3, 2, 2)
a["y"] = 7
np.save(given[0], a)
with h5py.File(given[1].split("#")[0], "w") as f: f["x"] = a
result = {"hex": a["in"]["a"].astype("<i4").tobytes().hex()}`,
      files,
    );
    for (const path of files) {
      const records = (await readArray(path)) as RecordArray;
      const inner = records.field("in") as RecordArray;
      assert.deepEqual(inner.shape, [2, 3, 2]);
      assert.equal(seenIn(inner.field("a")).hex, expected.hex);
      assert.equal(inner.field("b").get(1, 2, 1, 1), 23);
      assert.equal(records.field("y").get(1, 1), 7);
      const copy = join(directory, "copy.h5#x");
      await writeArray(copy, records);
      const again = (await readArray(copy)) as RecordArray;
      assert.equal(seenIn((again.field("in") as RecordArray).field("a")).hex, expected.hex);
      await writeArray(join(directory, "copy.npy"), records);
      const hex = python(
        "result = np.load(given)['in']['a'].astype('<i4').tobytes().hex()",
        join(directory, "copy.npy"),
      );
      assert.equal(hex, expected.hex);
    }
  });

  it("are made of columns that agree", () => {
    const n = new Float64Array(3);
    for (const columns of [{}, { a: n, b: new Int8Array(2) }, { "": n }, { a: new Float64Array(0), b: n }])
      assert.throws(() => RecordArray.from(columns), RangeError);
    assert.throws(() => RecordArray.from({ a: [1, 2] as never }), TypeError);
    assert.throws(() => RecordArray.from({ a: n }, 2), RangeError);
    const grid = RecordArray.from(
      {
        a: { data: new Int8Array([1, 2, 3, 4]), shape: [2, 2] },
        b: { data: new Int32Array([5, 6, 7, 8]), shape: [2, 2] },
      },
      2,
    );
    assert.deepEqual([grid.shape, grid.dtype, grid.field("b").get(1, 0)], [[2, 2], "V5", 7]);
    assert.equal(
      RecordArray.from({ a: { data: new Int8Array([9]), shape: [] } }, 0)
        .field("a")
        .get(),
      9,
    );
    assert.equal(RecordArray.from({ a: new Float64Array(0) }).size, 0);
  });

  it("have their fields also where there are none", async () => {
    const path = join(temporaryDirectory(), "a.npy");
    python("np.save(given, np.zeros((0, 2), [('a', '<i2'), ('b', '>f8', 3), ('c', [('d', '|u1')])]))", path);
    const table = (await readArray(path)) as RecordArray;
    const { a, b, c } = Object.fromEntries(table.fields.map(({ name }) => [name, table.field(name)]));
    assert.deepEqual([a!.shape, a!.dtype], [[0, 2], "int16"]);
    assert.deepEqual([b!.shape, b!.dtype], [[0, 2, 3], "float64"]);
    assert.deepEqual([(c as RecordArray).field("d").shape, table.field("c").size], [[0, 2], 0]);
  });

  it("nested deeper than anyone would are LIMIT", async () => {
    const path = join(directory, "deep.npy");
    python(
      `
dtype = np.dtype([("x", "i1")])
for k in range(20): dtype = np.dtype([("x", dtype)])
np.save(given, np.zeros(1, dtype=dtype))`,
      path,
    );
    await assert.rejects(readArray(path), (error) => isPersistError(error, "PERSIST_LIMIT"));
  });

  it("share memory with their fields where these lie aligned", async () => {
    const records = (await readArray(join(directory, "0.npy"))) as RecordArray;
    const field = records.field("b");
    assert.equal(field.data.buffer, records.data.buffer);
    field.set(2, 3, 7);
    assert.equal(records.field("b").get(2, 3), 7);
    assert.throws(() => records.field("none"), RangeError);
  });

  it("are not saved into archives, which would lose the fields; the fields are", async () => {
    const records = (await readArray(join(directory, "1.npy"))) as RecordArray;
    assert.throws(
      () => stringify({ state: [records] }),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED_VALUE") && error.keyPath === ".state[0]",
    );
    const { n } = restore(stringify({ n: records.field("n") })) as { n: NDArray };
    assert.deepEqual(seenIn(n), seenIn(records.field("n")));
  });

  it("are not appended to", async () => {
    const file = await openArray(join(directory, "0.npy"), { mode: "r+" });
    const records = await readArray(join(directory, "0.npy"));
    await assert.rejects(file.append(records.slice([[0, 1]])), (error) =>
      isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
    await file.close();
  });
});
