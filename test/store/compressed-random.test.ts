// What is compressed inflates to what it was made of, whatever that is: bytes of many kinds and lengths, to zlib by way of NumPy and h5py, and to us.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readArrays, writeArrays } from "persist-archive";
import { python } from "../support/python.ts";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const PART_BYTES = 2 ** 20;
/** Around the lengths of blocks of DEFLATE, its window, our parts, and what is written at once. */
const LENGTHS = [
  1,
  2,
  3,
  8,
  300,
  32_767,
  32_769,
  65_535,
  65_536,
  70_001,
  PART_BYTES - 1,
  PART_BYTES,
  PART_BYTES + 1,
  2.5 * PART_BYTES,
];

type Random = () => number;

/** From bytes that nobody can foresee to zeros; the last copies what came before, near and far, within a window and beyond it. */
const KINDS: Record<string, (data: Uint8Array, random: Random) => void> = {
  zeros: () => {},
  noise: (data, random) => data.forEach((_, k) => (data[k] = 256 * random())),
  letters: (data, random) => data.forEach((_, k) => (data[k] = 97 + 4 * random() ** 3)),
  doubles: (data, random) => {
    const view = new Float64Array(data.buffer, 0, Math.floor(data.length / 8));
    view.forEach((_, k) => (view[k] = Math.round(1000 * random()) / 100));
  },
  copies: (data, random) => {
    for (let at = 0; at < data.length;) {
      const length = 1 + Math.floor([4, 50, 400, 70_000][Math.floor(4 * random())]! * random());
      const reach = Math.min(at, [4, 300, 32_768, 70_000][Math.floor(4 * random())]!);
      const distance = reach === 0 || random() < 0.3 ? 0 : 1 + Math.floor(reach * random());
      for (const end = Math.min(at + length, data.length); at < end; at++)
        data[at] = distance === 0 ? 256 * random() : data[at - distance]!;
    }
  },
};

describe("what is compressed", () => {
  const random = randomNumbers(24);
  const arrays: Record<string, Uint8Array> = {};
  for (const [kind, fill] of Object.entries(KINDS))
    for (const length of LENGTHS) fill((arrays[`${kind}${length}`] = new Uint8Array(length)), random);
  const sum = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");
  const expected = Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, sum(data)]));

  for (const [library, ending, open] of [
    ["NumPy", ".npz", "np.load(given)"],
    ["h5py", ".h5", 'h5py.File(given, "r")'],
  ] as const)
    it(`in a file ${ending} is the same to ${library} and to us`, async () => {
      const path = join(temporaryDirectory(), `a${ending}`);
      await writeArrays(path, arrays, { compress: true });
      const seen = python<Record<string, string>>(
        `
import hashlib
with ${open} as f:
    result = {name: hashlib.sha256(f[name][()].tobytes()).hexdigest() for name in f}`,
        path,
      );
      assert.deepEqual(seen, expected);
      const back = await readArrays(path);
      for (const [name, { data }] of Object.entries(back))
        assert.equal(sum(data as Uint8Array), expected[name], name);
      assert.equal(Object.keys(back).length, Object.keys(arrays).length);
    });
});
