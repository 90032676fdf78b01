// HDF5 files of every kind that h5py writes: none of what is looked at before the library reads it is refused.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type NDArray, listArrays, readArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Writes a file, and gives the bytes of its datasets of plain numbers; null for others. */
const WRITE = `
def typed(f, name, type):
    space = h5py.h5s.create_simple((20,))
    how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    how.set_chunk((6,))
    h5py.h5d.create(f.id, name, type, space, how)

version = tuple(given["version"])
with h5py.File(given["file"], "w", libver=version, userblock_size=given["block"], track_order=given["order"]) as f:
    many = f.create_group("many", track_order=given["order"])
    for k in range(40):
        many[f"d{k}"] = np.arange(k)
        many["d0"].attrs[f"a{k}"] = f"text {k}"
    f["x"] = np.arange(100.0).reshape(10, 10)
    f["scale"] = np.arange(10.0)
    f["scale"].make_scale("scale")
    f["x"].dims[0].attach_scale(f["scale"])
    f["record_type"] = np.dtype([("a", "<i4"), ("b", "S3"), ("c", "<f8", (2, 3))])
    f.create_dataset("never_written", shape=(3,), dtype=f["record_type"])
    f["number_type"] = np.dtype("<f4")
    named = f.create_dataset("named", shape=(3,), dtype=f["number_type"], chunks=(2,), compression="gzip", fillvalue=3.5)
    named.attrs.create("a", np.array([1, 2], "<f4"), dtype=f["number_type"])
    f.create_dataset("text", data=["a", "bcd", ""], dtype=h5py.string_dtype())
    f["text"].attrs["list"] = ["x", "yy", "", "zzz"]
    f["text"].attrs["empty"] = h5py.Empty("f4")
    f["text"].attrs["nothing"] = ""
    f.create_dataset("tree", data=np.random.rand(100, 100), maxshape=(None, None), chunks=(10, 10), shuffle=True, compression="gzip")
    f.create_dataset("plain_tree", data=np.random.rand(30, 30), maxshape=(None, None), chunks=(4, 7))
    f.create_dataset("growing", data=np.random.rand(100, 4), maxshape=(None, 4), chunks=(1, 4))
    f.create_dataset("growing_packed", data=np.random.rand(5000), maxshape=(None,), chunks=(1,), compression="gzip")
    f.create_dataset("fixed", data=np.random.rand(100, 40), maxshape=(200, 60), chunks=(3, 4))
    f.create_dataset("fixed_pages", data=np.random.rand(5000), chunks=(1,))
    f.create_dataset("single", data=np.random.rand(10), chunks=(10,), compression="gzip")
    f.create_dataset("scaled", data=np.arange(100), chunks=(30,), scaleoffset=0)
    f.create_dataset("scaled_float", data=np.arange(100.0), chunks=(30,), scaleoffset=3)
    f.create_dataset("records", data=np.zeros(5, [("a", ">i4"), ("b", "S3"), ("c", "<c8")]), chunks=(2,), compression="gzip")
    f.create_dataset("names", data=np.array([0, 1, 1], "i1"), dtype=h5py.enum_dtype({"A": 0, "B": 1}, basetype="i1"))
    f.create_dataset("flags", data=np.array([True, False]))
    narrow = h5py.h5t.STD_I32LE.copy()
    narrow.set_precision(12)
    narrow.set_offset(2)
    typed(f, b"narrow", narrow)
    f["narrow"][:] = np.arange(20)
    blanks = h5py.h5t.C_S1.copy()
    blanks.set_size(5)
    blanks.set_strpad(h5py.h5t.STR_SPACEPAD)
    typed(f, b"blanks", blanks)
    if version[1] not in ("earliest", "v108"):
        layout = h5py.VirtualLayout((2, 10), "f8")
        layout[0] = h5py.VirtualSource(".", "scale", (10,))
        layout[1] = h5py.VirtualSource(".", "scale", (10,))
        f.create_virtual_dataset("virtual", layout)
    f["soft"] = h5py.SoftLink("/x")
    f["outside"] = h5py.ExternalLink("none.h5", "/x")
    f.attrs["reference"] = f["x"].ref
    f.attrs["numbers"] = np.array([1, 2, 3])
result = {}
with h5py.File(given["file"], "r") as f:
    def look(name, one):
        if isinstance(one, h5py.Dataset):
            plain = one.dtype.kind in "iuf" and name != "names"
            result[name] = one[()].tobytes().hex() if plain else None
    f.visititems(look)
`;

/** Writes the same texts in every layout, and gives what h5py reads. */
const WRITE_TEXTS = `
creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
creation.set_sizes(given["width"], given["width"])
f = h5py.File(h5py.h5f.create(given["file"].encode(), h5py.h5f.ACC_TRUNC, creation))
texts = np.array([["a", "", "ccc"], ["dd", "é", "f"]], object)
type = h5py.h5t.py_create(h5py.string_dtype(), logical=True)
space = h5py.h5s.create_simple(texts.shape)
result = {}
for name in ["contiguous", "compact", "chunked", "gzip", "never", "never_compact"]:
    how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if name.endswith("compact"): how.set_layout(h5py.h5d.COMPACT)
    if name in ("chunked", "gzip"): how.set_chunk((1, 2))
    if name == "gzip": how.set_deflate(1)
    dataset = h5py.Dataset(h5py.h5d.create(f.id, name.encode(), type, space, how))
    dataset.attrs["one"] = "text"
    dataset.attrs["list"] = ["a", "", "éß"]
    if not name.startswith("never"): dataset[...] = texts
    result[name] = [[text.decode() for text in row] for row in dataset[...]]
f.close()
`;

const VERSIONS = [
  ["earliest", "v108"],
  ["earliest", "v110"],
  ["v108", "v108"],
  ["v110", "v110"],
];

function hexOf(array: NDArray): string {
  const { data } = array.contiguous();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
}

/** The texts of an array of two axes. */
function textsOf(array: NDArray): string[][] {
  const { data, shape, dtype } = array.contiguous();
  const width = Number(dtype.slice(1));
  const all = Array.from({ length: shape[0]! * shape[1]! }, (_, k) => {
    const codes = (data as Uint32Array).subarray(k * width, (k + 1) * width);
    return String.fromCodePoint(...codes.filter((code) => code !== 0));
  });
  return Array.from({ length: shape[0]! }, (_, row) => all.slice(row * shape[1]!, (row + 1) * shape[1]!));
}

describe("HDF5 files of every kind", function () {
  this.timeout(120_000);

  for (const version of VERSIONS) {
    for (const [block, order] of [
      [0, false],
      [512, true],
    ] as const) {
      it(`of versions ${version.join(" to ")}, with a user block of ${block} bytes: all of it is read`, async () => {
        const file = join(temporaryDirectory(), "kinds.h5");
        const expected = python<Record<string, string | null>>(WRITE, { file, version, block, order });
        const all = await listArrays(file);
        assert.deepEqual(all.map(({ name }) => name).toSorted(), Object.keys(expected).toSorted());
        for (const [name, hex] of Object.entries(expected)) {
          const array = await readArray(`${file}#${name}`);
          if (hex !== null) assert.equal(hexOf(array), hex, name);
        }
        const { attributes } = await readArray(`${file}#many/d0`);
        for (let k = 0; k < 40; k++) assert.equal(attributes[`a${k}`], `text ${k}`);
        assert.deepEqual((await readArray(`${file}#text`)).attributes["list"], ["x", "yy", "", "zzz"]);
      });
    }
  }

  it("with pages, and room that is kept for later: the superblock has more to say", async () => {
    const file = join(temporaryDirectory(), "paged.h5");
    python(
      `
with h5py.File(given, "w", libver="latest", fs_strategy="page", fs_persist=True, fs_threshold=1, fs_page_size=512) as f:
    for k in range(30): f[f"group/{k}"] = np.arange(k)
    del f["group/7"]`,
      file,
    );
    assert.equal((await listArrays(file)).length, 29);
    assert.deepEqual([...((await readArray(`${file}#group/3`)).data as BigInt64Array)], [0n, 1n, 2n]);
  });

  for (const width of [2, 4, 8]) {
    it(`with addresses and lengths of ${width} bytes: texts wherever they lie`, async () => {
      const file = join(temporaryDirectory(), "texts.h5");
      const expected = python<Record<string, string[][]>>(WRITE_TEXTS, { file, width });
      for (const [name, rows] of Object.entries(expected)) {
        assert.deepEqual(textsOf(await readArray(`${file}#${name}`)), rows, name);
        const part = await readArray(`${file}#${name}`, {
          selection: [
            [null, null, -1],
            [1, null],
          ],
        });
        const reversed = rows.map((row) => row.slice(1)).toReversed();
        assert.deepEqual(textsOf(part), reversed, `a part of ${name}`);
        assert.deepEqual(part.attributes, { one: "text", list: ["a", "", "éß"] }, name);
      }
    });
  }
});
