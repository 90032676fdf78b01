// What npz-deflate-write has written, read into fresh memory.
import { join } from "node:path";
import { decimals } from "../../data/decimals.mjs";
import { writeArray } from "../../drivers/ours.mjs";

export default {
  title: "64 MB of float64, rounded to 2 decimals, from a deflated npz file",
  parameters: { elements: 8 * 2 ** 20, file: "a.npz", times: 1 },
  quick: { elements: 2 ** 17 },
  bytes: ({ elements }) => 8 * elements,
  reference: ["c-libdeflate"],
  targets: [{ driver: "persist-archive", atMost: 1 / 0.85 }],
  prepare: (directory, { elements, file }) =>
    writeArray(`${join(directory, file)}#x`, decimals(elements), { compress: true }),
};
