// Datasets that h5py writes at random: element types, layouts, filters, versions of the format, and chunks that were never written. Each is read whole and in
// part, and compared with what h5py reads.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  isPersistError,
  mapArray,
  readArray,
  readArrays,
  type NDArray,
  type Selection,
} from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const SEED = 20_261_129;
const COUNT = 250;

interface Case {
  readonly file: string;
  readonly how: string;
  readonly shape: number[];
  readonly sum: string;
  readonly selection: Selection;
  readonly partShape: number[];
  readonly partSum: string;
  /** Whether a filter is among the others that only h5py has. */
}

/** `sum` is of the bytes of the elements in C order, little-endian. */
const WRITE = `
import hashlib, os, random
pick = random.Random(given["seed"])
numbers = np.random.default_rng(given["seed"])
chance = lambda p: pick.random() < p

def array(dtype, shape):
    raw = numbers.integers(0, 256, size=int(np.prod(shape)) * dtype.itemsize, dtype=np.uint8)
    return np.frombuffer((raw % 2 if dtype.kind == "b" else raw).tobytes(), dtype=dtype).reshape(shape)

def sum_of(a):
    a = np.array(a, order="C")
    return hashlib.sha1((a.byteswap() if a.dtype.byteorder == ">" else a).tobytes()).hexdigest()

def part_of(extent):
    if chance(0.25): return None
    if chance(0.2) and extent > 0: return pick.randint(-extent, extent - 1)
    bound = lambda: pick.choice([None, pick.randint(-extent - 2, extent + 2)])
    return [bound(), bound(), pick.choice([None, 1, 2, 3, -1, -2])]

result = []
while len(result) < given["count"]:
    dtype = np.dtype(pick.choice("<>") + pick.choice("b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 S1 S5 S17 V3 V8".split()))
    shape = tuple(0 if chance(0.05) else pick.randint(1, 9) for _ in range(pick.randint(0, 4)))
    options = {}
    if shape and chance(0.7):
        options["chunks"] = tuple(pick.randint(1, max(extent, 1)) for extent in shape)
        if chance(0.5): options["maxshape"] = tuple(pick.choice([None, extent + 3]) for extent in shape)
        if chance(0.5): options["compression"] = pick.choice(["gzip", "lzf"])
        options["shuffle"] = chance(0.4)
        options["fletcher32"] = chance(0.3)
        if dtype.kind in "iu" and chance(0.15): options["scaleoffset"] = 0
    if dtype.kind in "iuf" and chance(0.3): options["fillvalue"] = 3
    file = os.path.join(given["directory"], f"{len(result)}.h5")
    version = pick.choice(["earliest", "v108", "v110", "latest", ("earliest", "v108")])
    a = array(dtype, shape)
    with h5py.File(file, "w", libver=version, userblock_size=pick.choice([0, 0, 512]), track_order=chance(0.3)) as f:
        if chance(0.2):
            for k in range(pick.choice([3, 9, 40])): f[f"another {k}"] = k
        try:
            if "chunks" in options and chance(0.4):
                d = f.create_dataset("x", shape=shape, dtype=dtype, **options)
                corner = tuple(slice(0, pick.randint(0, extent)) for extent in shape)
                if a[corner].size: d[corner] = a[corner]
            else:
                d = f.create_dataset("x", data=a, dtype=dtype, **options)
        except (TypeError, ValueError):
            continue  # what h5py refuses itself, such as scale-offset beside fletcher32
        for k in range(pick.choice([0, 2, 12])): d.attrs[f"a{k}"] = k
        if "maxshape" in options and chance(0.5): d.resize([extent + 2 for extent in shape])
        a = np.asarray(d[()], dtype)
    entries = [part_of(extent) for extent in np.shape(a)]
    part = a[tuple(e if isinstance(e, int) else slice(*(e or [None])) for e in entries)]
    result.append({"file": file, "how": f"{dtype.str} {options} {version}", "shape": np.shape(a), "sum": sum_of(a), "selection": entries,
        "partShape": np.shape(part), "partSum": sum_of(np.asarray(part, dtype))})
`;

function sumOf(array: NDArray): string {
  const { data } = array.contiguous();
  return createHash("sha1")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");
}

describe("HDF5 datasets at random", () => {
  it(`are what h5py sees in them (${COUNT}, seed ${SEED})`, async function () {
    this.timeout(60_000);
    const cases = python<Case[]>(WRITE, { seed: SEED, count: COUNT, directory: temporaryDirectory() });
    let mapped = 0;
    for (const { file, how, shape, sum, selection, partShape, partSum } of cases) {
      const path = `${file}#x`;
      const whole = await readArray(path);
      assert.deepEqual([whole.shape, sumOf(whole)], [shape, sum], `${how} ${String(shape)}`);
      const { x: one } = await readArrays(file);
      assert.deepEqual([one!.shape, sumOf(one!)], [shape, sum], `one of all: ${how} ${String(shape)}`);
      const part = await readArray(path, { selection });
      const what = `${how} ${String(shape)} ${JSON.stringify(selection)}`;
      assert.deepEqual([part.shape, sumOf(part)], [partShape, partSum], what);
      try {
        const map = mapArray(path);
        assert.deepEqual([map.shape, sumOf(map)], [shape, sum], how);
        map.close();
        mapped++;
      } catch (error) {
        // chunks, big-endian numbers, and what lies in the header
        assert.ok(isPersistError(error, "PERSIST_UNSUPPORTED"), how);
      }
    }
    assert.ok(mapped > COUNT / 20 && cases.some(({ how }) => how.includes("lzf")));
  });
});
