// Chunks that went through scale-offset, n-bit and szip, as h5py writes them: decoded here, as the HDF5 library decodes them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { NDArray, RecordArray, listArrays, readArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Writes datasets of every type through every filter, and gives the bytes that h5py reads, of records by their fields. */
const WRITE = `
random = np.random.default_rng(7)
z = h5py.h5z
after = [[], [(z.FILTER_SHUFFLE, ()), (z.FILTER_DEFLATE, (4,)), (z.FILTER_FLETCHER32, ())], [(z.FILTER_DEFLATE, (1,)), (z.FILTER_DEFLATE, (9,))]]
result = {}
with h5py.File(given, "w", libver="v110") as f:
    def add(name, type, data, filter, values, more, fill=None):
        how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        how.set_chunk((40,) + data.shape[1:] if filter == z.FILTER_SZIP else (7,) + data.shape[1:])
        how.set_filter(filter, z.FLAG_OPTIONAL if filter == z.FILTER_SZIP else 0, values)
        for one, its in more:
            how.set_filter(one, 0, its)
        if fill is not None:
            how.set_fill_value(np.array(fill, data.dtype))
        space = h5py.h5s.create_simple((data.shape[0] + 100,) + data.shape[1:])
        h5py.h5d.create(f.id, name.encode(), type, space, how)
        f[name][: data.shape[0]] = data

    def numbers(dtype):
        dtype = np.dtype(dtype)
        if dtype.kind == "f":
            return [random.normal(0, 50, 61), np.full(20, 1.25), np.array([-1e6, 0, 1e6, 3.5])]
        low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
        return [random.integers(3, 100, 61), np.full(20, 5), np.array([low, high, 0, 1], dtype), np.arange(max(low, -40), 30)]

    for order in "<>":
        for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"]:
            for k, data in enumerate(numbers(order + kind)):
                data = data.astype(order + kind)
                type = h5py.h5t.py_create(data.dtype)
                name = f"{kind}-{'big' if order == '>' else 'little'}-{k}"
                for j, more in enumerate(after):
                    scale = (0, 3) if kind[0] == "f" else (2, 0)
                    add(f"scale-offset-{name}-{j}", type, data, z.FILTER_SCALEOFFSET, scale, more)
                    add(f"n-bit-{name}-{j}", type, data, z.FILTER_NBIT, (), more)
                add(f"scale-offset-filled-{name}", type, data, z.FILTER_SCALEOFFSET, scale, [], data[0])
                wide = np.resize(data, 137)
                for j, options in enumerate([(h5py.h5z.SZIP_NN_OPTION_MASK, 8), (h5py.h5z.SZIP_EC_OPTION_MASK, 32), (h5py.h5z.SZIP_NN_OPTION_MASK, 10)]):
                    add(f"szip-{name}-{j}", type, wide, z.FILTER_SZIP, options, after[j])
    add("scale-offset-tens", h5py.h5t.py_create(np.dtype("<f8")), np.arange(30.0) * 100, z.FILTER_SCALEOFFSET, (0, 2**32 - 2), [])
    add("scale-offset-of-bits", h5py.h5t.py_create(np.dtype("<i4")), np.arange(30, dtype="<i4"), z.FILTER_SCALEOFFSET, (2, 9), [])
    add("scale-offset-of-all-bits", h5py.h5t.py_create(np.dtype("<i4")), np.arange(30, dtype="<i4"), z.FILTER_SCALEOFFSET, (2, 32), [])
    add("szip-of-rows", h5py.h5t.py_create(np.dtype("<f8")), random.normal(size=(50, 33)), z.FILTER_SZIP, (h5py.h5z.SZIP_NN_OPTION_MASK, 16), [])

    for name, base in [("little", h5py.h5t.STD_I32LE), ("big", h5py.h5t.STD_I32BE), ("short", h5py.h5t.STD_U16LE)]:
        for precision, offset in [(12, 2), (7, 0), (5, 3), (9, 6), (8, 8)]:
            narrow = base.copy()
            narrow.set_precision(precision)
            narrow.set_offset(offset)
            add(f"narrow-{name}-{precision}-{offset}", narrow, np.arange(31), z.FILTER_NBIT, (), [])
    narrow = h5py.h5t.STD_I32LE.copy()
    narrow.set_precision(12)
    narrow.set_offset(2)
    inner = h5py.h5t.create(h5py.h5t.COMPOUND, 12)
    inner.insert(b"n", 0, narrow)
    inner.insert(b"d", 4, h5py.h5t.IEEE_F64BE)
    blank = h5py.h5t.C_S1.copy()
    blank.set_size(3)
    record = h5py.h5t.create(h5py.h5t.COMPOUND, 60)
    record.insert(b"n", 1, narrow)
    record.insert(b"s", 5, blank)
    record.insert(b"a", 8, h5py.h5t.array_create(narrow, (2, 3)))
    record.insert(b"f", 32, h5py.h5t.IEEE_F32LE)
    record.insert(b"i", 36, h5py.h5t.array_create(inner, (2,)))
    data = np.zeros(25, np.dtype([("n", "<i4"), ("s", "S3"), ("a", "<i4", (2, 3)), ("f", "<f4"), ("i", [("n", "<i4"), ("d", "<f8")], (2,))]))
    data["n"] = np.arange(25) - 10
    data["s"] = b"ab"
    data["a"] = np.arange(150).reshape(25, 2, 3)
    data["i"]["d"] = np.arange(50).reshape(25, 2)
    data["f"] = np.arange(25)
    add("records", record, data, z.FILTER_NBIT, (), after[1])
with h5py.File(given) as f:
    for name in f:
        read = f[name][()]
        if read.dtype.names:
            result[name] = {k: read[k].tobytes().hex() for k in read.dtype.names if read.dtype[k].base.kind in "if"}
        else:
            result[name] = read.astype(read.dtype.newbyteorder("<")).tobytes().hex()
`;

function hexOf(array: NDArray): string {
  const { data } = array.contiguous();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
}

describe("HDF5's rare filters", function () {
  this.timeout(120_000);
  let file: string;
  let expected: Record<string, string | Record<string, string>>;

  before(() => {
    file = join(temporaryDirectory(), "filters.h5");
    expected = python(WRITE, file);
  });

  for (const kind of ["scale-offset", "n-bit", "szip", "narrow", "records"]) {
    it(`${kind}: what h5py reads`, async () => {
      const names = (await listArrays(file)).map(({ name }) => name).filter((name) => name.startsWith(kind));
      assert.ok(names.length > 0);
      for (const name of names) {
        const array = await readArray(`${file}#${name}`);
        const known = expected[name]!;
        if (typeof known === "string") assert.equal(hexOf(array as NDArray), known, name);
        else
          for (const [field, hex] of Object.entries(known))
            assert.equal(
              hexOf((array as unknown as RecordArray).field(field) as NDArray),
              hex,
              `${name}.${field}`,
            );
      }
    });
  }
});
