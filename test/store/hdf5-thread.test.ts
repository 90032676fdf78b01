// The one thread on which HDF5 runs: what is long there keeps nobody else waiting.
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { mapArray, readArray, writeArray, type Progress } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

describe("a long HDF5 job", () => {
  let directory: string;
  let file: string;
  const size = 6_000_000;
  const chunks = 2000; // of a million numbers each, all the same

  before(function () {
    this.timeout(30_000);
    directory = temporaryDirectory();
    file = join(directory, "a.h5");
    python(
      `
with h5py.File(given["file"], "w") as f:
    f.create_dataset("long", data=np.arange(given["size"]) // 3, chunks=(10000,), compression=1, shuffle=True)
    f["short"] = np.arange(5.0)
    endless = f.create_dataset("endless", (given["chunks"] * 10**6,), "i8", chunks=(10**6,), compression=1)
    endless[:10**6] = 7
    stored = endless.id.read_direct_chunk((0,))[1]
    for k in range(1, given["chunks"]):
        endless.id.write_direct_chunk((k * 10**6,), stored)`,
      { file, size, chunks },
    );
  });

  it("delays neither file operations nor npy, and lets a mapping in between", async () => {
    await writeArray(join(directory, "a.npy"), new Float64Array(100_000));
    let isDone = false;
    const controller = new AbortController();
    // a number of each chunk, for which 16 GB have to be decompressed
    const long = readArray(`${file}#endless`, {
      selection: [[null, null, 10 ** 6]],
      signal: controller.signal,
    }).finally(() => (isDone = true));
    await stat(file);
    await readArray(join(directory, "a.npy"));
    const mapped = mapArray(`${file}#short`);
    // had it waited for the end of the long job, that would have been told before these
    for (let turn = 0; turn < 3; turn++) await stat(file);
    assert.equal(isDone, false, "the long job is under way");
    assert.equal(mapped.get(4), 4);
    mapped.close();
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(long, (error) => error === reason);
  });

  it("reports progress, and ends when it is aborted", async () => {
    const seen: Progress[] = [];
    const { data } = await readArray(`${file}#long`, { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual([data.length, data[size - 1]], [size, BigInt(Math.floor((size - 1) / 3))]);
    assert.deepEqual(seen.at(-1), { phase: "read", done_bytes: 8 * size, total_bytes: 8 * size });
    const done: number[] = [];
    const controller = new AbortController();
    const reason = new Error("enough");
    const reading = readArray(`${file}#endless`, {
      selection: [[null, null, 10 ** 6]],
      signal: controller.signal,
      onProgress: ({ done_bytes }) => {
        if (done.push(done_bytes) === 3) controller.abort(reason);
      },
    });
    await assert.rejects(reading, (error) => error === reason);
    assert.ok(done.length >= 3 && done.every((bytes, k) => k === 0 || bytes > done[k - 1]!), String(done));
  });
});
