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
  type NDArray,
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
