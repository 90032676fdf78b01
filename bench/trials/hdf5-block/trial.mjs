// The same as npy-block, out of a contiguous dataset.
import { join } from "node:path";
import { matrix } from "../../data/npy.mjs";
import { writeArray } from "../../drivers/ours.mjs";
import block from "../npy-block/trial.mjs";

export default {
  ...block,
  title: "512 × 512 of 8192 × 8192 float64 out of a contiguous HDF5 dataset",
  reference: ["c-pread"],
  // where the elements begin in a new file of one array; the drivers in C look whether they do
  parameters: { ...block.parameters, file: "a.h5", dataset: "#a", offset: 1216 },
  prepare: (directory, { rows, columns, file, dataset }) =>
    writeArray(join(directory, file) + dataset, { data: matrix(rows, columns), shape: [rows, columns] }),
};
