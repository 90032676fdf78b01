// Many small parts of compressed HDF5 datasets, one after the other: what is kept of the last chunk is never seen in what comes out.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  createArray,
  openArray,
  readArray,
  type ArrayFile,
  type NDArray,
  type Selection,
} from "persist-archive";
import { python } from "../support/python.ts";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const random = randomNumbers(5);
const below = (count: number): number => Math.floor(count * random());

/** A part of two axes, most often a small one near another. */
function partOf(shape: readonly number[], near: readonly number[]): Selection {
  return shape.map((extent, axis) => {
    const start = Math.min(extent - 1, random() < 0.9 ? near[axis]! + below(4) : below(extent));
    if (random() < 0.4) return start;
    const stop = Math.min(extent, start + 1 + below(5));
    const step = 1 + below(2);
    return random() < 0.2 ? [stop - 1, start === 0 ? null : start - 1, -step] : [start, stop, step];
  });
}

function same(got: NDArray, expected: NDArray, what: string): void {
  const [one, other] = [got.contiguous(), expected.contiguous()];
  assert.deepEqual(
    [got.shape, got.dtype, [...one.data]],
    [expected.shape, expected.dtype, [...other.data]],
    what,
  );
}

async function compare(opened: ArrayFile, whole: NDArray, times: number): Promise<void> {
  let near = [0, 0];
  for (let time = 0; time < times; time++) {
    if (time % 10 === 0) near = whole.shape.map((extent) => below(extent));
    const selection = partOf(whole.shape, near);
    const got = await opened.read({ selection });
    same(got, whole.slice(selection), JSON.stringify(selection));
    (got.data as Float64Array).fill(0); // it is the caller's
  }
}

describe("small parts of compressed HDF5 datasets", () => {
  it("are those of the whole, whatever was read before", async () => {
    const file = join(temporaryDirectory(), "a.h5");
    const names = python<string[]>(
      `
a = np.arange(50 * 33).reshape(50, 33)
kinds = {"gzip": dict(compression="gzip", shuffle=True), "lzf": dict(compression="lzf"), "sum": dict(fletcher32=True), "scale": dict(scaleoffset=0)}
with h5py.File(given, "w") as f:
    for name, kind in kinds.items():
        for dtype in ["<i2", ">i4", "<f8", "<c16"]:
            if name != "scale" or "i" in dtype:
                f.create_dataset(name + dtype[1:], data=a.astype(dtype), chunks=(7, 5), **kind)
    f.create_dataset("records", data=np.rec.fromarrays([a, a / 2], names="x,y"), chunks=(7, 5), compression="gzip")
    f.create_dataset("filled", shape=(50, 33), dtype="f8", chunks=(7, 5), fillvalue=2.5, compression="gzip")
with h5py.File(given, "r") as f:
    result = list(f)`,
      file,
    );
    for (const name of names) {
      const whole = await readArray(`${file}#${name}`);
      const opened = await openArray(`${file}#${name}`);
      await compare(opened, whole, name === "records" ? 20 : 120);
      await opened.close();
    }
  });

  it("follow what is written, appended and cut off", async () => {
    const path = `${join(temporaryDirectory(), "a.h5")}#x`;
    const columns = 6;
    const opened = await createArray(path, {
      dtype: "int32",
      shape: [null, columns],
      chunks: [8, 4],
      compress: true,
    });
    let rows: number[][] = [];
    const fresh = (): number[] => Array.from({ length: columns }, () => below(1000));
    const blockOf = (some: number[][]) => ({
      data: Int32Array.from(some.flat()),
      shape: [some.length, columns],
    });
    for (let time = 0; time < 400; time++) {
      const what = random();
      if (what < 0.15 || rows.length === 0) {
        const more = Array.from({ length: 1 + below(5) }, fresh);
        await opened.append(blockOf(more));
        rows.push(...more);
      } else if (what < 0.3) {
        const at = below(rows.length);
        rows[at] = fresh();
        await opened.write(blockOf([rows[at]]), { start: [at, 0] });
      } else if (what < 0.33) {
        rows = rows.slice(0, 1 + below(rows.length));
        await opened.truncate(rows.length);
      } else if (what < 0.4) await opened.flush();
      else {
        // three of one place: what the second one keeps the third one gets
        const near = [below(rows.length), below(columns)];
        for (let again = 0; again < 3; again++) {
          const row = Math.min(rows.length - 1, near[0]! + below(3));
          const got = await opened.read({ selection: [row, [near[1]!, null]] });
          assert.deepEqual([...got.contiguous().data], rows[row]!.slice(near[1]));
        }
      }
    }
    await opened.close();
    assert.deepEqual([...(await readArray(path)).data], rows.flat());
  });
});
