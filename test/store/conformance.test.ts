// What every array store must do, run for each: whatever is written comes back, here, through the loader, and in Python.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { dtype } from "#dist/dtype.js";
import { hdf5Store } from "#dist/store/hdf5-store.js";
import { loaderName, loaderText } from "#dist/store/loader.js";
import { npzStore } from "#dist/store/npz-store.js";
import { npyStore } from "#dist/store/npy-store.js";
import { openStored } from "#dist/store/open-stored.js";
import type { ArrayStore, StoredArrays } from "#dist/store/store.js";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { everyArray, everyMemory } from "./arrays.ts";

const hex = (bytes: ArrayBufferView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

/** What Python finds: dtype, shape and bytes of each array. */
const READERS: Record<string, string> = {
  npy: `
def load(row, name):
    return np.load(given["directory"] + "/" + row[0], allow_pickle=False)`,
  npz: `
import zipfile
archive = None
def load(row, name):
    global archive
    if archive is None:
        file = given["directory"] + "/" + row[0]
        with zipfile.ZipFile(file) as z:
            assert z.testzip() is None
            assert [i.filename for i in z.infolist()] == [n + ".npy" for n in given["rows"]]
            assert all(i.compress_type == 0 for i in z.infolist())
        archive = np.load(file, allow_pickle=False)
    return archive[name]`,
  hdf5: `
def load(row, name):
    with h5py.File(given["directory"] + "/" + row[0], "r") as f:
        d = f[name]
        assert d.chunks is None
        assert d.size == 0 or d.id.get_offset() == row[3], (name, d.id.get_offset(), row[3])
        return d[()]`,
};

interface Seen {
  dtype: string;
  shape: number[];
  hex: string;
}

function seenByPython(format: string, directory: string, stored: StoredArrays): Record<string, Seen> {
  const reader = `${READERS[format]!}
result = {}
for name, row in given["rows"].items():
    a = np.asarray(load(row, name))
    result[name] = {"dtype": a.dtype.name if a.dtype.kind not in "SUV" else a.dtype.str[1:], "shape": list(a.shape), "hex": a.tobytes().hex()}
`;
  return python(reader, { directory, rows: stored.rows });
}

const STORES: [string, ArrayStore][] = [
  ["npy", npyStore],
  ["npz", npzStore],
  ["hdf5", hdf5Store],
];

for (const [format, store] of STORES) {
  describe(`the ${format} store`, () => {
    const arrays = [...everyArray(), ...everyMemory()];
    let directory: string;
    let stored: StoredArrays;

    before(async () => {
      directory = temporaryDirectory();
      stored = await store.write(directory, "_arrays/", arrays, { durability: "full" });
    });

    it("gives a row for each array", () => {
      assert.deepEqual(
        Object.keys(stored.rows),
        arrays.map(({ name }) => name),
      );
      for (const { name, dtype: type, shape } of arrays) {
        const [file, descr, extents, offset] = stored.rows[name]!;
        assert.match(file, /^_arrays\/[^/]+$/);
        assert.equal(descr, dtype(type).descr);
        assert.deepEqual(extents, shape);
        assert.equal(offset === undefined, stored.heads[file] === undefined, "an offset goes with a head");
      }
    });

    it("lists every file with its size, and leaves no other", () => {
      const sizes = Object.fromEntries(
        readdirSync(join(directory, "_arrays")).map((name) => [
          `_arrays/${name}`,
          statSync(join(directory, "_arrays", name)).size,
        ]),
      );
      assert.deepEqual(
        Object.fromEntries(stored.files.map(({ name, size_bytes }) => [name, size_bytes])),
        sizes,
      );
    });

    for (const map of [true, false]) {
      it(`gives each array back, ${map ? "mapped" : "copied"}`, () => {
        for (const { name, dtype: type, shape, bytes } of arrays) {
          const row = stored.rows[name]!;
          const opened = openStored(directory, row, stored.heads[row[0]], { map, mode: "c" });
          assert.equal(opened.dtype, type);
          assert.deepEqual(opened.shape, shape);
          const { data } = opened;
          assert.equal(hex(data), hex(bytes), name);
          opened.close();
          opened.close();
          if (map && bytes.length > 0) assert.equal(data.length, 0);
        }
      });
    }

    it("keeps what is stored into a mapped array in memory, or with r+ in the file", function () {
      if (format === "npz") this.skip(); // refused: see below
      const row = stored.rows["int32-3x5"] ?? stored.rows["int32-7"]!;
      const open = (mode: "c" | "r+") =>
        openStored(directory, row, stored.heads[row[0]], { map: true, mode });
      const original = open("c").data[0]!;
      const file = readFileSync(join(directory, row[0]));
      const copy = open("c");
      copy.data[0] = 123456;
      copy.close();
      assert.deepEqual(readFileSync(join(directory, row[0])), file);
      const live = open("r+");
      live.data[0] = 123456;
      live.close();
      const changed = open("c");
      assert.equal(changed.data[0], 123456);
      changed.close();
      const back = open("r+");
      back.data[0] = original as never;
      back.close();
      assert.deepEqual(readFileSync(join(directory, row[0])), file);
    });

    it("is read by Python, byte for byte", () => {
      const seen = seenByPython(format, directory, stored);
      for (const { name, dtype: type, shape, bytes } of arrays) {
        assert.deepEqual(seen[name], { dtype: type, shape, hex: hex(bytes) }, name);
      }
    });

    it("is read by the archive's own loader, by import and by require", async () => {
      const file = join(directory, loaderName("package"));
      writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
      writeFileSync(file, loaderText);
      const { load } = (await import(pathToFileURL(file).href)) as { load: Load };
      const loaded = load(pathToFileURL(join(directory, "index.js")).href, stored.rows, stored.heads);
      for (const { name, dtype: type, shape, bytes } of arrays) {
        const array = loaded[name]!;
        assert.deepEqual([array.dtype, [...array.shape], hex(array.data)], [type, shape, hex(bytes)], name);
        assert.equal(Reflect.get(array, Symbol.for("persist-archive.NDArray")), true);
      }
    });

    it("takes another name where one is taken, and overwrites nothing", async () => {
      const before = new Map(
        readdirSync(join(directory, "_arrays")).map((name) => [
          name,
          readFileSync(join(directory, "_arrays", name)),
        ]),
      );
      const again = await store.write(directory, "_arrays/", arrays.slice(0, 3), { durability: "process" });
      for (const { name } of again.files) assert.match(name, /-2\.\w+$/);
      for (const [name, content] of before)
        assert.deepEqual(readFileSync(join(directory, "_arrays", name)), content);
      const row = again.rows[arrays[0]!.name]!;
      const opened = openStored(directory, row, again.heads[row[0]], { map: true, mode: "c" });
      assert.equal(hex(opened.data), hex(arrays[0]!.bytes));
    });

    it("writes the same bytes for the same arrays", async () => {
      const other = temporaryDirectory();
      const twice = await store.write(other, "_arrays/", arrays, { durability: "process" });
      assert.deepEqual(twice, stored);
      for (const { name } of stored.files)
        assert.deepEqual(readFileSync(join(other, name)), readFileSync(join(directory, name)));
    });

    it("writes nothing when there are no arrays", async () => {
      const empty = temporaryDirectory();
      const none = await store.write(empty, "_arrays/", [], { durability: "full" });
      assert.deepEqual({ ...none.rows, ...none.heads }, {});
      assert.deepEqual(none.files, []);
    });

    it("refuses arrays that are not what they claim, before anything is written", async () => {
      const empty = temporaryDirectory();
      const bytes = new Uint8Array(8);
      for (const bad of [
        { name: "a", dtype: "float64", shape: [2], bytes },
        { name: "a", dtype: "float", shape: [1], bytes },
        { name: "a/b", dtype: "float64", shape: [1], bytes },
        { name: "..", dtype: "float64", shape: [1], bytes },
        { name: "", dtype: "float64", shape: [1], bytes },
        { name: "a", dtype: "float64", shape: [-1], bytes },
      ]) {
        await assert.rejects(
          store.write(empty, "_arrays/", [bad], { durability: "process" }),
          (error) => error instanceof TypeError || error instanceof RangeError,
        );
      }
      assert.deepEqual(readdirSync(empty), []);
    });
  });
}

type Load = (
  url: string,
  table: StoredArrays["rows"],
  heads: StoredArrays["heads"],
) => Record<string, { data: ArrayBufferView; shape: number[]; dtype: string }>;
