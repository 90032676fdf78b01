// Compressed HDF5 datasets: gzip in chunks as h5py reads them, and what their size is beside h5py's.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  NDArray,
  isPersistError,
  listArrays,
  openArray,
  readArray,
  writeArray,
  type TypedArray,
} from "persist-archive";
import { python } from "../support/python.ts";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

interface Seen {
  compression: string | null;
  opts: number | null;
  shuffle: boolean;
  chunks: number[] | null;
  size: number;
  same: boolean;
}

/** What h5py sees of `x` in each of some files, compared with the elements. */
function seen(pairs: readonly (readonly [file: string, data: TypedArray])[]): Seen[] {
  for (const [file, data] of pairs)
    writeFileSync(`${file}.raw`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return python<Seen[]>(
    `
result = []
for path in given:
    with h5py.File(path, "r") as f:
        x = f["x"]
        result.append({"compression": x.compression, "opts": x.compression_opts, "shuffle": x.shuffle, "chunks": x.chunks, "size": x.id.get_storage_size(),
                       "same": x[()].tobytes() == open(path + ".raw", "rb").read()})`,
    pairs.map(([file]) => file),
  );
}

describe("compressed HDF5 datasets", () => {
  let file: string;
  const random = randomNumbers(3);
  const smooth = Float64Array.from({ length: 300_000 }, (_, k) => Math.sin(k / 1000));
  beforeEach(() => (file = join(temporaryDirectory(), "a.h5")));

  it("have chunks that h5py reads, at every level", async () => {
    const levels = [true, 1, 6, 9];
    const files = levels.map((level) => `${file}-${level}.h5`);
    for (const [k, compress] of levels.entries())
      await writeArray(
        `${files[k]}#x`,
        { data: smooth, shape: [300, 1000] },
        { compress, attributes: { units: "nm" } },
      );
    for (const [k, { size, ...how }] of seen(files.map((one) => [one, smooth])).entries()) {
      const opts = Number(levels[k]);
      assert.deepEqual(how, { compression: "gzip", opts, shuffle: true, chunks: [100, 1000], same: true });
      assert.ok(size < smooth.byteLength * 0.8);
      const path = `${files[k]}#x`;
      const [info] = await listArrays(path);
      assert.deepEqual([info!.stored_bytes, info!.chunks], [size, [100, 1000]]);
      const array = await readArray(path, { selection: [[299, 130, -1], 7] });
      const column = Float64Array.from({ length: 169 }, (_, row) => smooth[(299 - row) * 1000 + 7]!);
      assert.deepEqual(array.contiguous().data, column);
      assert.equal(array.attributes["units"], "nm");
    }
  });

  it("are shuffled where that helps, and stored as they are where nothing does", async () => {
    const steps = Float64Array.from({ length: 200_000 }, () => Math.round(random() * 1000) / 100);
    const noise = Uint32Array.from({ length: 300_000 }, () => random() * 2 ** 32);
    const cases = [
      [smooth, true, 0.8],
      [steps, false, 0.5],
      [noise, false, 1.001],
    ] as const;
    for (const [k, [data]] of cases.entries()) {
      await writeArray(`${file}-${k}.h5#x`, data, { compress: true });
      assert.deepEqual((await readArray(`${file}-${k}.h5#x`)).data, data);
    }
    const found = seen(cases.map(([data], k) => [`${file}-${k}.h5`, data]));
    for (const [k, [data, shuffle, most]] of cases.entries()) {
      assert.deepEqual([found[k]!.shuffle, found[k]!.same], [shuffle, true], String(k));
      assert.ok(found[k]!.size <= most * data.byteLength, `${found[k]!.size} of ${data.byteLength}`);
    }
  });

  it("are not much larger than h5py's", async () => {
    await writeArray(`${file}#x`, smooth, { compress: true });
    const [{ size }] = seen([[file, smooth]]) as [Seen];
    const theirs = python<number>(
      `
with h5py.File(given + ".theirs", "w") as f:
    a = np.fromfile(given + ".raw", dtype="<f8")
    result = min(f.create_dataset(str(k), data=a, chunks=(131072,), compression="gzip", compression_opts=4, shuffle=k).id.get_storage_size() for k in (False, True))`,
      file,
    );
    assert.ok(size <= 1.06 * theirs, `${size} and ${theirs}`);
  });

  it("have any shape and stride, with chunks that pass the edges", async () => {
    const pairs: [string, TypedArray][] = [];
    for (const shape of [[1], [131_073], [3, 400_000], [2, 3, 5, 70_001], [1, 1, 1]]) {
      const size = shape.reduce((a, b) => a * b);
      const data = Int16Array.from({ length: size }, (_, k) => (k * k) % 1000);
      const turned = new NDArray({ data, shape }).slice(shape.map(() => [null, null, -1] as const));
      for (const array of [new NDArray({ data, shape }), turned]) {
        const path = `${file}-${pairs.length}.h5`;
        await writeArray(`${path}#x`, array, { compress: true });
        assert.deepEqual((await readArray(`${path}#x`)).data, array.contiguous().data);
        pairs.push([path, array.contiguous().data]);
      }
    }
    assert.ok(seen(pairs).every(({ same }) => same));
  });

  it("join what h5py has put into a file, but for a file of the latest format", async () => {
    python(
      `
for libver in ("earliest", "latest"):
    with h5py.File(given + libver + ".h5", "w", libver=libver, userblock_size=512) as f: f["y"] = np.arange(5)`,
      file,
    );
    await writeArray(`${file}earliest.h5#x`, smooth, { compress: true });
    assert.deepEqual((await readArray(`${file}earliest.h5#y`)).data, BigInt64Array.of(0n, 1n, 2n, 3n, 4n));
    assert.equal(seen([[`${file}earliest.h5`, smooth]])[0]!.same, true);
    await assert.rejects(writeArray(`${file}latest.h5#x`, smooth, { compress: true }), (error) => {
      // of the file, not of the copy of it that was being written
      assert.ok(isPersistError(error, "PERSIST_UNSUPPORTED"));
      assert.deepEqual([error.file, error.message.includes(".tmp")], [`${file}latest.h5`, false]);
      return true;
    });
    const array = await openArray(`${file}earliest.h5#x`, { mode: "r+" });
    await assert.rejects(array.append(new Float64Array(1)), (error) =>
      isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
    await array.close();
  });

  it("refuse levels that there are not", async () => {
    for (const compress of [10, -1, 1.5, Number.NaN])
      await assert.rejects(writeArray(`${file}#x`, smooth, { compress }), RangeError);
    await assert.rejects(writeArray(`${file}z.npz#x`, smooth, { compress: 2 }), (error) =>
      isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
    await assert.rejects(writeArray(`${file}.npy`, smooth, { compress: true }), (error) =>
      isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
  });
});
