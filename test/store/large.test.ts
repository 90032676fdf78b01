// Arrays of more than 4 GiB, in files that are all holes but for their ends: neither disk nor memory is taken for the rest.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { createArray, listArrays, mapArray, openArray, readArray, type NDArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const COLUMNS = 1024;
const ROWS = 655_360;
const SIZE_BYTES = ROWS * COLUMNS * 8;
const MOST_MEMORY_BYTES = 64e6;
const MOST_ROOM_BYTES = 4e6;

/** Five GiB, of which the last row and one behind 4 GiB hold something; in the HDF5 file a growing array lies behind it. */
const WRITE = `
rows, columns = given["shape"]
with open(given["npy"], "wb") as f:
    np.lib.format.write_array_header_1_0(f, {"descr": "<f8", "fortran_order": False, "shape": (rows, columns)})
    f.truncate(f.tell() + rows * columns * 8)
a = np.load(given["npy"], mmap_mode="r+")
with h5py.File(given["h5"], "w") as f:
    big = f.create_dataset("big", shape=(rows, columns), dtype="<f8")
    for array in (a, big):
        array[rows - 1] = np.arange(columns)
        array[rows - 100_000, 3] = 7
    f.create_dataset("frames", data=np.arange(12.0).reshape(6, 2), maxshape=(None, 2), chunks=(2, 2), compression="gzip")
    result = f["frames"].id.get_chunk_info(0).byte_offset
a.flush()
`;

describe("arrays of more than 4 GiB", () => {
  const directory = temporaryDirectory();
  const npy = join(directory, "a.npy");
  const h5 = join(directory, "a.h5");
  let resident_bytes = 0;

  before("are made by NumPy and h5py", () => {
    const chunk_at = python<number>(WRITE, { npy, h5, shape: [ROWS, COLUMNS] });
    assert.ok(chunk_at > SIZE_BYTES, "the growing array lies behind the large one");
    for (const file of [npy, h5])
      assert.ok(statSync(file).blocks * 512 < MOST_ROOM_BYTES, "the file takes room");
    globalThis.gc!();
    resident_bytes = process.memoryUsage.rss();
  });

  after("have taken no memory", () => {
    globalThis.gc!();
    const grown_bytes = process.memoryUsage.rss() - resident_bytes;
    assert.ok(grown_bytes < MOST_MEMORY_BYTES, `${grown_bytes} bytes`);
  });

  const seen = (array: NDArray): unknown => [array.shape, [...array.contiguous().data]];
  const expected = [
    [1, 3],
    [1021, 1022, 1023],
  ];

  for (const [what, path] of [
    ["npy", npy],
    ["HDF5", `${h5}#big`],
  ] as const) {
    it(`are mapped (${what})`, () => {
      const array = mapArray(path);
      assert.deepEqual(array.shape, [ROWS, COLUMNS]);
      assert.deepEqual([array.get(-1, -1), array.get(ROWS - 100_000, 3), array.get(5, 5)], [1023, 7, 0]);
      assert.deepEqual(
        seen(
          array.slice([
            [-1, null],
            [-3, null],
          ]),
        ),
        expected,
      );
      array.close();
    });

    it(`are read in part (${what})`, async () => {
      const end = [
        [-1, null],
        [-3, null],
      ] as const;
      assert.deepEqual(seen(await readArray(path, { selection: end })), expected);
      const steps = await readArray(path, { selection: [[100_000, null, 455_360], 3] });
      assert.deepEqual(seen(steps), [[2], [0, 7]]);
      const file = await openArray(path);
      assert.deepEqual(seen(await file.read({ selection: end })), expected);
      await file.close();
    });

    it(`are described (${what})`, async () => {
      const [info] = (await listArrays(path.split("#")[0]!)).filter(({ name }) => name !== "frames");
      assert.deepEqual([info!.shape, info!.dtype, info!.problem], [[ROWS, COLUMNS], "float64", undefined]);
    });

    it(`are made and written in part (${what})`, async () => {
      const made = join(temporaryDirectory(), what === "npy" ? "b.npy" : "b.h5#b");
      const file = await createArray(made, { dtype: "float64", shape: [ROWS, COLUMNS] });
      await file.write({ data: Float64Array.of(1, 2, 3), shape: [1, 3] }, { start: [ROWS - 1, COLUMNS - 3] });
      await file.close();
      const array = mapArray(made);
      assert.deepEqual([array.get(-1, -1), array.get(-1, -4), array.get(0, 0)], [3, 0, 0]);
      array.close();
      assert.ok(statSync(made.split("#")[0]!).blocks * 512 < MOST_ROOM_BYTES, "the file takes room");
    });
  }

  it("grow and are cut at their end (npy)", async () => {
    const file = await openArray(npy, { mode: "r+" });
    await file.append({ data: new Float64Array(2 * COLUMNS).fill(5), shape: [2, COLUMNS] });
    assert.deepEqual(file.shape, [ROWS + 2, COLUMNS]);
    await file.truncate(ROWS + 1);
    await file.close();
    const end = await readArray(npy, { selection: [[-2, null], -1] });
    assert.deepEqual(seen(end), [[2], [1023, 5]]);
    const read = `result = [list(a.shape), float(a[-1, 0]), float(a[-2, 9])]`;
    assert.deepEqual(python(`a = np.load(given, mmap_mode="r")\n${read}`, npy), [[ROWS + 1, COLUMNS], 5, 9]);
  });

  it("stand before others that grow and are cut (HDF5)", async () => {
    const file = await openArray(`${h5}#frames`, { mode: "r+" });
    await file.append({ data: new Float64Array(10).fill(5), shape: [5, 2] });
    await file.truncate(10);
    await file.close();
    assert.deepEqual(seen(await readArray(`${h5}#frames`, { selection: [[4, null, 3], 0] })), [[2], [8, 5]]);
    const read = `
with h5py.File(given, "r") as f:
    result = [f["frames"][:, 1].tolist(), float(f["big"][-1, 7])]`;
    assert.deepEqual(python(read, h5), [[1, 3, 5, 7, 9, 11, 5, 5, 5, 5], 7]);
  });
});
