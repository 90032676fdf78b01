// Rows read one after the other out of a compressed dataset: many lie in one chunk, which is decoded once.
import { join } from "node:path";
import { matrix } from "../../data/npy.mjs";
import { writeArray } from "../../drivers/ours.mjs";

export default {
  title: "20,000 rows of 1 kB, one by one, out of a compressed HDF5 dataset",
  parameters: { rows: 20_000, columns: 128, reads: 20_000, file: "a.h5" },
  quick: { rows: 2000, reads: 2000 },
  reference: ["python-h5py"],
  prepare: (directory, { rows, columns, file }) =>
    writeArray(
      `${join(directory, file)}#a`,
      { data: matrix(rows, columns), shape: [rows, columns] },
      { compress: true },
    ),
};
