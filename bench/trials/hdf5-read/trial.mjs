// All of a contiguous dataset into memory that the program gets anew.
import { join } from "node:path";
import { writeArray } from "../../drivers/ours.mjs";

export default {
  title: "read 64 MB of float64 from a contiguous HDF5 dataset into fresh memory",
  parameters: { elements: 8 * 2 ** 20, times: 1, file: "a.h5" },
  quick: { elements: 2 ** 17 },
  bytes: ({ elements }) => 8 * elements,
  reference: ["c-h5dread", "c-offset"],
  targets: [{ driver: "persist-archive", atMost: 1.15 }],
  prepare: (directory, { elements, file }) =>
    writeArray(join(directory, `${file}#a`), new Float64Array(elements).fill(Math.PI)),
};
