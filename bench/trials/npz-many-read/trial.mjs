import { join } from "node:path";
import { writeArrays } from "../../drivers/ours.mjs";

export default {
  title: "read 10,000 arrays of 1 kB from an npz file",
  parameters: { arrays: 10_000, elements: 128, file: "many.npz", only: null },
  quick: { arrays: 100 },
  reference: ["python-numpy"],
  targets: [{ driver: "persist-archive", below_ms: 15 }],
  prepare(directory, { arrays, elements, file }) {
    const all = {};
    for (let k = 0; k < arrays; k++) all[`a${k}`] = new Float64Array(elements).fill(k);
    return writeArrays(join(directory, file), all);
  },
};
