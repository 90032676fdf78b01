// Selections, read from npy files that NumPy has written, against what NumPy itself selects.
import assert from "node:assert/strict";
import { join } from "node:path";
import { mapArray, readArray, type NDArray, type Selection } from "persist-archive";
import { python } from "../support/python.ts";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const SEED = 20_241_124;

interface Case {
  file: string;
  dtype: string;
  shape: number[];
  fortran: boolean;
  selection: Selection;
}

const TYPES = ["<f8", ">f8", "<i2", ">i4", "|u1", "<c16", ">c8", "<U3", "|S5", ">M8[s]"];

function randomCase(random: () => number, file: string): Case {
  const below = (n: number): number => Math.floor(random() * n);
  const axes = 1 + below(4);
  const shape = Array.from({ length: axes }, () => 1 + below(axes === 1 ? 4000 : axes === 2 ? 90 : 14));
  const selection = shape.slice(0, 1 + below(axes)).map((extent) => {
    const bound = (): number | null => (random() < 0.3 ? null : below(2 * extent + 2) - extent - 1);
    if (random() < 0.2) return below(2 * extent) - extent;
    if (random() < 0.1) return null;
    const step = random() < 0.4 ? 1 : [2, 3, 7, -1, -2, -5][below(6)]!;
    return [bound(), bound(), step] as const;
  });
  return { file, dtype: TYPES[below(TYPES.length)]!, shape, fortran: random() < 0.4, selection };
}

/** Writes the file of each case, and gives the bytes of what is selected, little-endian in C order. */
const NUMPY = `
result = []
for case in given:
    dtype = np.dtype(case["dtype"])
    count = int(np.prod(case["shape"]))
    raw = ((np.arange(count * dtype.itemsize) * 151 + 7) % 251).astype(np.uint8)
    if dtype.kind == "U":
        raw = (raw.reshape(-1, 4) * np.array([1, 0, 0, 0], dtype=np.uint8)).reshape(-1)
    a = np.frombuffer(raw.tobytes(), dtype=dtype).reshape(case["shape"])
    np.save(case["file"], np.asfortranarray(a) if case["fortran"] else a)
    pick = tuple(e if isinstance(e, int) else slice(*(e or [None])) for e in case["selection"])
    part = a[pick]
    part = np.ascontiguousarray(part).astype(dtype.newbyteorder("<"))
    result.append({"shape": list(np.shape(a[pick])), "hex": part.tobytes().hex()})
`;

const hexOf = (array: NDArray): string => {
  const { data } = array.contiguous();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
};

describe("selections", () => {
  it(`are what NumPy selects, in any order and byte order (seed ${SEED})`, async () => {
    const directory = temporaryDirectory();
    const random = randomNumbers(SEED);
    const cases = Array.from({ length: 300 }, (_, k) => randomCase(random, join(directory, `${k}.npy`)));
    const expected = python<{ shape: number[]; hex: string }[]>(NUMPY, cases);
    for (const [k, { file, selection, ...rest }] of cases.entries()) {
      const what = JSON.stringify({ selection, ...rest });
      const part = await readArray(file, { selection });
      assert.deepEqual({ shape: part.shape, hex: hexOf(part) }, expected[k], what);
      assert.equal(
        part.data.byteLength * 2,
        expected[k]!.hex.length,
        `${what}: the part and nothing else is in memory`,
      );
      const mapped = mapArray(file);
      assert.equal(hexOf(mapped.slice(selection)), expected[k]!.hex, what);
      mapped.close();
    }
  });

  it("of large arrays are read in long runs, in short ones, and with gaps between", async () => {
    const path = join(temporaryDirectory(), "a.npy");
    python("np.save(given, np.arange(1100 * 1300, dtype='>f8').reshape(1100, 1300))", path);
    const at = (i: number, j: number): number => i * 1300 + j;
    for (const [selection, first, last, size] of [
      [[[3, 1090]], at(3, 0), at(1089, 1299), 1087 * 1300],
      [
        [
          [0, null],
          [5, 13],
        ],
        at(0, 5),
        at(1099, 12),
        1100 * 8,
      ],
      [
        [
          [0, null],
          [5, 1290],
        ],
        at(0, 5),
        at(1099, 1289),
        1100 * 1285,
      ],
      [
        [
          [null, null, 7],
          [0, null, 3],
        ],
        at(0, 0),
        at(1099, 1299),
        158 * 434,
      ],
      [
        [
          [null, null, -1],
          [null, null, -1],
        ],
        at(1099, 1299),
        at(0, 0),
        1100 * 1300,
      ],
    ] as [Selection, number, number, number][]) {
      const part = await readArray(path, { selection });
      const [rows, columns] = part.shape as [number, number];
      assert.equal(part.get(0, 0), first);
      assert.equal(part.get(rows - 1, columns - 1), last);
      assert.equal(part.data.length, size);
      const column = selection[1] === undefined ? 1 : ((selection[1] as readonly (number | null)[])[2] ?? 1);
      assert.equal(part.get(0, 1), first + column);
    }
  });

  it("outside of the array are refused", async () => {
    const path = join(temporaryDirectory(), "a.npy");
    python("np.save(given, np.zeros((3, 4)))", path);
    await assert.rejects(readArray(path, { selection: [3] }), RangeError);
    await assert.rejects(readArray(path, { selection: [0, 0, 0] }), RangeError);
    await assert.rejects(readArray(path, { selection: [[0, 1, 0]] }), RangeError);
    await assert.rejects(readArray(path, { selection: [[0]] as never }), TypeError);
    await assert.rejects(readArray(path, { selection: 1 as never }), TypeError);
  });
});
