// Arrays written into HDF5 files, with h5py as the judge: names, attributes, and what else the file holds.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NDArray, isPersistError, listArrays, mapArray, readArray, writeArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

describe("writeArray into HDF5", () => {
  it("makes groups, and keeps what h5py has put into the file", async () => {
    const file = join(temporaryDirectory(), "a.h5");
    python(
      `
with h5py.File(given, "w", userblock_size=512) as f:
    f["old/packed"] = np.arange(6)
    f.create_dataset("old/zipped", data=np.arange(1000), chunks=(100,), compression="gzip", shuffle=True)
    f["link"] = h5py.SoftLink("/old/packed")
    f["old"].attrs["note"] = "stays"`,
      file,
    );
    await writeArray(`${file}#/new/deep/x`, new Float64Array([1, 2, 3]));
    await writeArray(`${file}#old/packed`, new Int16Array([7, 8]));
    const seen = python(
      `
with h5py.File(given, "r") as f:
    result = [f["new/deep/x"][()].tolist(), f["link"][()].tolist(), f["old/zipped"][()].tolist() == list(range(1000)),
              f["old"].attrs["note"], sorted(f["old"]), f["old/packed"].dtype.str]`,
      file,
    );
    assert.deepEqual(seen, [[1, 2, 3], [7, 8], true, "stays", ["packed", "zipped"], "<i2"]);
    mapArray(`${file}#new/deep/x`, { mode: "r+" }).set(1, 20);
    assert.deepEqual([...(await readArray(`${file}#new/deep/x`)).data], [1, 20, 3]);
    await assert.rejects(writeArray(`${file}#old`, new Int8Array(1)), (error) =>
      isPersistError(error, "PERSIST_EXISTS"),
    );
    assert.deepEqual(
      (await listArrays(file)).map(({ name }) => name),
      ["old/packed", "old/zipped", "new/deep/x"],
    );
  });

  it("keeps attributes of every kind, both ways", async () => {
    const file = join(temporaryDirectory(), "a.h5");
    const attributes = {
      units: "µm",
      step: 120,
      dt: 0.5,
      big: 2n ** 62n,
      flag: true,
      z: { re: 1, im: -2 },
      nothing: null,
      row: new Float32Array([1, 2]),
      words: ["a", "bé"],
      numbers: [1, 2.5],
      __proto__x: 1,
    };
    await writeArray(
      `${file}#x`,
      { data: new Uint8Array([0, 2]), shape: [2], attributes: { enum: { off: 0, on: 2 } } },
      { attributes },
    );
    const theirs = python<Record<string, unknown>>(
      `
with h5py.File(given, "r") as f:
    a = f["x"].attrs
    result = {"units": a["units"], "step": int(a["step"]), "kind": a["step"].dtype.str, "dt": float(a["dt"]), "big": str(a["big"]), "flag": bool(a["flag"]),
      "z": [a["z"].real, a["z"].imag], "empty": isinstance(a["nothing"], h5py.Empty), "row": [a["row"].dtype.str, a["row"].tolist()],
      "words": list(a["words"]), "numbers": a["numbers"].tolist(), "enum": h5py.check_enum_dtype(f["x"].dtype), "keys": len(a)}`,
      file,
    );
    assert.deepEqual(theirs, {
      units: "µm",
      step: 120,
      kind: "<i8",
      dt: 0.5,
      big: String(2n ** 62n),
      flag: true,
      z: [1, -2],
      empty: true,
      row: ["<f4", [1, 2]],
      words: ["a", "bé"],
      numbers: [1, 2.5],
      enum: { off: 0, on: 2 },
      keys: 11,
    });
    const { attributes: ours } = await readArray(`${file}#x`);
    assert.deepEqual(ours, { ...attributes, numbers: new Float64Array([1, 2.5]), enum: { off: 0, on: 2 } });
    await assert.rejects(
      writeArray(`${file}#x`, new Int8Array(1), { attributes: { f: () => 1 } }),
      TypeError,
    );
    await assert.rejects(
      writeArray(`${file}#x`, new Int8Array(1), { attributes: { big: new Float64Array(9000) } }),
      (error) => isPersistError(error, "PERSIST_LIMIT"),
    );
  });

  it("uses the place of what it replaces again", async () => {
    const file = join(temporaryDirectory(), "a.h5");
    await writeArray(`${file}#large`, new Float64Array(100_000));
    const before = statSync(file).size;
    for (let k = 0; k < 5; k++) await writeArray(`${file}#large`, new Float64Array(100_000).fill(k));
    assert.equal(statSync(file).size, before);
    assert.equal((await readArray(`${file}#large`)).get(99_999), 4);
  });

  it("leaves what is no HDF5 file as it is", async () => {
    const file = join(temporaryDirectory(), "a.h5");
    writeFileSync(file, "not HDF5");
    await assert.rejects(
      writeArray(`${file}#x`, new NDArray({ data: new Int8Array(1), shape: [] })),
      (error) => isPersistError(error, "PERSIST_FORMAT"),
    );
    assert.equal(readFileSync(file, "utf8"), "not HDF5");
  });
});
