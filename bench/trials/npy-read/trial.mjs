// All of a file into memory that the program gets anew.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { npyFile } from "../../data/npy.mjs";

export default {
  title: "read 64 MB of float64 from an npy file into fresh memory",
  parameters: { elements: 8 * 2 ** 20, times: 1, file: "a.npy" },
  quick: { elements: 2 ** 17 },
  bytes: ({ elements }) => 8 * elements,
  reference: ["c-pread", "c-pread-huge"],
  targets: [{ driver: "persist-archive", atMost: 1.15 }],
  prepare(directory, { elements, file }) {
    writeFileSync(join(directory, file), npyFile(new Float64Array(elements).fill(Math.PI), [elements]));
  },
};
