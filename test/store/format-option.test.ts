// Array files whose names end in some other way, such as run.nc: the option `format` says what they are.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  createArray,
  isPersistError,
  listArrays,
  mapArray,
  openArray,
  readArray,
  readArrays,
  writeArray,
  writeArrays,
  type NDArray,
} from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const numbers = Float64Array.from({ length: 12 }, (_, k) => k / 3);
const numbersOf = (array: NDArray): number[] => [...(array.contiguous().data as Float64Array)];

/** How Python's libraries, which never look at a name's end, read what is written, and write `theirs`. */
const PYTHON = {
  npy: `result = np.load(given).tolist(); np.save(open(given + ".theirs", "wb"), np.arange(3.0))`,
  npz: `result = np.load(given)["a.npy#b"].tolist(); np.savez(open(given + ".theirs", "wb"), theirs=np.arange(3.0))`,
  hdf5: `
with h5py.File(given) as f: result = f["a.npy#b"][...].tolist()
with h5py.File(given + ".theirs", "w") as f: f["theirs"] = np.arange(3.0)`,
};

for (const format of ["npy", "npz", "hdf5"] as const) {
  describe(`the option format: "${format}"`, () => {
    const directory = temporaryDirectory();
    const isMany = format !== "npy";
    const file = join(directory, "run.dat");
    const path = isMany ? `${file}#a.npy#b` : file;

    it("names what is written and read", async () => {
      await writeArray(path, numbers, { format });
      assert.deepEqual(python(PYTHON[format], file), [...numbers]);
      assert.deepEqual(numbersOf(await readArray(path, { format })), [...numbers]);
      assert.deepEqual(
        numbersOf(await readArray(path, { format, selection: [[2, 4]] })),
        [...numbers].slice(2, 4),
      );
      const theirs = `${file}.theirs${isMany ? "#theirs" : ""}`;
      assert.deepEqual(numbersOf(await readArray(theirs, { format })), [0, 1, 2]);
      assert.deepEqual(numbersOf(await readArray(theirs, { format, untrusted: true })), [0, 1, 2]);
    });

    it("names what is mapped, opened and listed", async () => {
      const mapped = mapArray(path, { format });
      assert.deepEqual(numbersOf(mapped), [...numbers]);
      mapped.close();
      assert.deepEqual(
        (await listArrays(file, { format })).map(({ name, shape }) => [name, shape]),
        [[isMany ? "a.npy#b" : "", [12]]],
      );
      if (format === "npz") return; // which is not opened
      const opened = await openArray(path, { format });
      assert.deepEqual(opened.shape, [12]);
      await opened.close();
      const made = await createArray(isMany ? `${file}.new#x` : `${file}.new`, {
        format,
        dtype: "float64",
        shape: [3],
      });
      await made.close();
      assert.deepEqual((await listArrays(`${file}.new`, { format }))[0]!.shape, [3]);
    });

    it("has its say also where a name ends as another format's does, or has a # in it", async () => {
      const ending = format === "npz" ? "h5" : "npz";
      const misleading = pathToFileURL(join(directory, `one#two.${ending}`));
      const url = new URL(isMany ? `${misleading.href}#x` : misleading.href);
      await writeArray(url, numbers, { format });
      assert.ok(existsSync(join(directory, `one#two.${ending}`)));
      assert.deepEqual(numbersOf(await readArray(url, { format })), [...numbers]);
    });

    if (isMany)
      it("names what is written and read at once", async () => {
        const many = join(directory, "many.dat");
        await writeArrays(many, { one: numbers, two: numbers }, { format });
        const { one, two } = await readArrays(many, { format });
        assert.deepEqual([numbersOf(one!), numbersOf(two!)], [[...numbers], [...numbers]]);
      });
  });
}

describe("a path whose name has an unknown ending", () => {
  it("is refused without the option, which the message names, and with an unknown format", async () => {
    const file = join(temporaryDirectory(), "run.nc");
    await assert.rejects(
      readArray(`${file}#T`),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED") && /option format/u.test(error.message),
    );
    await assert.rejects(listArrays(file, { format: "netcdf" as "hdf5" }), TypeError);
    assert.throws(() => mapArray(`${file}#T`, { format: "npy" }), TypeError);
  });
});
