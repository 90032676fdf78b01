// Opening costs the same whatever the size: the library finds the dataset, and what lies in one piece is mapped.
import read from "../hdf5-read/trial.mjs";

export default {
  ...read,
  title: "open and map a contiguous HDF5 dataset of 512 MB, close",
  parameters: { ...read.parameters, elements: 64 * 2 ** 20, times: 1000 },
  quick: { elements: 2 ** 17, times: 10 },
  bytes: undefined,
  reference: ["c-mmap"],
  targets: [{ driver: "persist-archive", below_ms: 0.15 }],
};
