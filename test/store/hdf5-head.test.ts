// Datasets whose place the start of an HDF5 file tells: what is made of it is what the library makes of it, damaged or not.
import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NDArray, mapArray, readArray, writeArray, writeArrays } from "persist-archive";
import { native } from "#dist/native.js";
import type { Extent } from "#dist/store/extent.js";
import { placeInHead } from "#dist/store/hdf5-head.js";
import { extentOf } from "#dist/store/hdf5-place.js";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const WRITE = `
with h5py.File(given["file"], "w", libver=given["version"], userblock_size=given["block"]) as f:
    f["x"] = np.arange(24, dtype=">f4").reshape(4, 6)
    f["deep/er/y"] = np.arange(5, dtype="u1")
    f["deep/z"] = np.arange(5, dtype=">i8")
    f["half"] = np.arange(5, dtype="<f2")
    f["scalar"] = np.float64(2.5)
    f["same"] = f["x"]
`;
const TOLD = ["x", "deep/er/y", "deep/z", "half", "scalar", "same"];

/** Files with one dataset each of which the start does not tell enough. */
const WRITE_OTHERS = `
makers = {
    "named": lambda f: f.create_dataset("a", data=np.arange(3)).attrs.create("units", 7),
    "flag": lambda f: f.create_dataset("a", data=np.array([True])),
    "complex": lambda f: f.create_dataset("a", data=np.array([1j])),
    "text": lambda f: f.create_dataset("a", data=np.array([b"ab"])),
    "none": lambda f: f.create_dataset("a", data=np.zeros((0, 3))),
    "chunks": lambda f: f.create_dataset("a", data=np.arange(3), chunks=(2,)),
    "unwritten": lambda f: f.create_dataset("a", shape=(3,), dtype="f4"),
    "filled": lambda f: f.create_dataset("a", data=np.arange(3), fillvalue=7),
    "outside": lambda f: f.create_dataset("a", shape=(3,), dtype="f4", external=[("x.raw", 0, 12)]),
    "group": lambda f: f.create_group("a"),
    "soft": lambda f: (f.create_dataset("b", data=np.arange(3)), f.__setitem__("a", h5py.SoftLink("/b"))),
    "absent": lambda f: f.create_dataset("aa", data=np.arange(3)),
}
for name, make in makers.items():
    with h5py.File(given["directory"] + "/" + name + ".h5", "w") as f:
        make(f)
result = list(makers)
`;

describe("the start of an HDF5 file", () => {
  const directory = temporaryDirectory();

  function inHead(file: string, name: string): Extent | undefined {
    const fd = openSync(file, "r");
    try {
      return placeInHead(fd, name, file);
    } finally {
      closeSync(fd);
    }
  }

  async function byLibrary(file: string, name: string): Promise<Extent | undefined> {
    const dataset = await native().openHdf5(file, name);
    try {
      return extentOf(dataset, file);
    } finally {
      native().closeHdf5(dataset.handle);
    }
  }

  /** As it is described where many are asked for: by its header alone, if that is plain. */
  async function amongMany(file: string, name: string): Promise<Extent | undefined> {
    const { handle, datasets } = await native().describeHdf5(file, [name], undefined);
    native().closeHdf5(handle);
    return extentOf(native().describedHdf5(datasets, 0, 1)[0]!, file);
  }

  function ofPython(name: string, version: string, block: number): string {
    const file = join(directory, name);
    python(WRITE, { file, version, block });
    return file;
  }

  it("tells where plain datasets lie, under every name that leads to them, and of nothing else", async () => {
    const file = ofPython("kinds.h5", "earliest", 0);
    for (const name of TOLD) {
      const place = inHead(file, name);
      assert.ok(place !== undefined, name);
      assert.deepEqual(place, await byLibrary(file, name));
      assert.deepEqual(place, await amongMany(file, name));
    }
    for (const name of ["absent", "deep", "deep/absent", "x/y", "./x", "deep//z", "z/", ""])
      assert.equal(inHead(file, name), undefined, name);
    const row = await readArray(`${file}#/x`, { selection: [2] });
    assert.deepEqual([row.dtype, row.shape], ["float32", [6]]);
    assert.deepEqual(row.data, Float32Array.of(12, 13, 14, 15, 16, 17));
    assert.equal((await readArray(`${file}#scalar`)).get(), 2.5);
    for (const other of python<string[]>(WRITE_OTHERS, { directory }))
      assert.equal(inHead(join(directory, `${other}.h5`), "a"), undefined, other);
    assert.deepEqual((await readArray(join(directory, "soft.h5#a"))).shape, [3]);
    assert.deepEqual({ ...(await readArray(join(directory, "named.h5#a"))).attributes }, { units: 7 });
    const mapped = mapArray(`${file}#deep/er/y`, { mode: "r+" });
    mapped.set(1, 200);
    mapped.close();
    assert.equal((await readArray(`${file}#deep/er/y`)).get(1), 200);
  });

  it("is left to the library in files of later formats, and behind a user block", () => {
    for (const [version, block] of [
      ["latest", 0],
      ["earliest", 512],
    ] as const) {
      const file = ofPython(`${version}-${block}.h5`, version, block);
      for (const name of TOLD) assert.equal(inHead(file, name), undefined, name);
    }
  });

  it("tells it of what this library has written, alone or with a few others", async () => {
    const file = join(directory, "own.h5");
    const a = new NDArray({ data: new Float64Array(6).fill(2), shape: [2, 3] });
    await writeArrays(file, { "group/a": a, b: Int8Array.of(1, -2), "group/c": new BigUint64Array(3) });
    for (const name of ["group/a", "b", "group/c"]) {
      const place = inHead(file, name);
      assert.ok(place !== undefined, name);
      assert.deepEqual(place, await byLibrary(file, name));
    }
  });

  it("says the same as the library, or nothing, when a bit of it is wrong", async () => {
    const own = join(directory, "own-whole.h5");
    await writeArray(`${own}#group/a`, new Float64Array(128));
    const cases = [
      [own, ["group/a"]],
      [ofPython("whole.h5", "earliest", 0), ["x", "deep/z"]],
    ] as const;
    const file = join(directory, "damaged.h5");
    let agreed = 0;
    for (const [source, names] of cases) {
      const whole = readFileSync(source);
      for (let at = 0; at < Math.min(whole.length, 8192); at += 11) {
        const damaged = Buffer.from(whole);
        damaged[at]! ^= 1 << (at % 8);
        writeFileSync(file, damaged);
        for (const name of names) {
          const place = inHead(file, name);
          const among = await amongMany(file, name).catch(() => undefined);
          if (place === undefined && among === undefined) continue;
          // what the library refuses for other reasons is refused by nobody then
          const other = await byLibrary(file, name).catch(() => place ?? among);
          assert.deepEqual(place ?? other, other, `byte ${at} of ${source}`);
          assert.deepEqual(among ?? other, other, `byte ${at} of ${source}`);
          agreed++;
        }
      }
    }
    assert.ok(agreed > 300, `${agreed} places`);
  });
});
