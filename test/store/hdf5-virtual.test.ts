// Virtual datasets over others of the same file: what h5py sees in them, or a refusal.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type NDArray, isPersistError, readArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const WRITE = `
result = {}
with h5py.File(given, "w", libver="v110") as f:
    for type in ["<f8", ">i4", "<c16"]:
        f.create_dataset("packed" + type, data=np.arange(60).reshape(6, 10).astype(type), chunks=(4, 3), compression="gzip", shuffle=True)
        f.create_dataset("plain" + type, data=np.arange(100, 110).astype(type))
    f.create_dataset("scaled", data=np.arange(10) / 4, chunks=(3,), scaleoffset=2)

    def add(name, type, shape, parts, fill=None):
        layout = h5py.VirtualLayout(shape, type)
        for to, source, extent, what in parts:
            layout[to] = h5py.VirtualSource(".", source, extent)[what]
        f.create_virtual_dataset(name, layout, fillvalue=None if "c" in type else fill)

    all = slice(None)
    for type in ["<f8", ">i4", "<c16"]:
        packed, plain = "packed" + type, "plain" + type
        add("rows" + type, type, (3, 10), [(0, plain, (10,), all), (2, plain, (10,), all)], -1)
        add("steps" + type, type, (10, 40), [((slice(1, 10, 3), slice(0, 40, 4)), packed, (6, 10), (slice(3, 6), all)), ((0, slice(5, 10)), plain, (10,), slice(0, 10, 2))])
        add("turned" + type, type, (20, 3), [((all, 0), packed, (6, 10), (slice(0, 6, 3), all)), ((slice(10, 20), 2), plain, (10,), all)], 7)
    add("of scaled", "<f8", (2, 5), [(0, "scaled", (10,), slice(5, 10)), (1, "scaled", (10,), slice(0, 10, 2))])
    add("of another type", "<f4", (10,), [(all, "plain<f8", (10,), all)])
    add("beyond", "<f8", (12,), [(all, "plain<f8", (12,), all)])
    add("missing", "<f8", (12,), [(all, "nothing", (12,), all)])
    for name, one in f.items():
        if one.is_virtual:
            part = one[1:, 1::2] if len(one.shape) > 1 else one[1::2]
            result[name] = [x.astype(x.dtype.newbyteorder("<")).tobytes().hex() for x in (one[()], part)]
`;

function hexOf(array: NDArray): string {
  const { data } = array.contiguous();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
}

describe("virtual HDF5 datasets", () => {
  let file: string;
  let expected: Record<string, [string, string]>;

  before(() => {
    file = join(temporaryDirectory(), "virtual.h5");
    expected = python(WRITE, file);
  });

  it("are read where their parts are equal steps through datasets of the same type", async () => {
    const names = Object.keys(expected).filter((name) => /^(rows|steps|turned|of scaled)/.test(name));
    assert.equal(names.length, 10);
    for (const name of names) {
      const [whole, part] = expected[name]!;
      assert.equal(hexOf(await readArray(`${file}#${name}`)), whole, name);
      const selection = [
        [1, null],
        [1, null, 2],
      ] as const;
      assert.equal(hexOf(await readArray(`${file}#${name}`, { selection })), part, name);
    }
  });

  for (const [name, code] of [
    ["of another type", "PERSIST_UNSUPPORTED"],
    ["beyond", "PERSIST_CORRUPT"],
    ["missing", "PERSIST_NOT_FOUND"],
  ] as const) {
    it(`are refused: ${name}`, async () => {
      await assert.rejects(readArray(`${file}#${name}`), (error) => isPersistError(error, code));
    });
  }
});
