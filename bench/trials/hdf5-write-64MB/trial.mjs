import write from "../hdf5-write/trial.mjs";

export default {
  ...write,
  title: "64 MB of float64 to a new HDF5 file, contiguous, not synced",
  driversOf: "hdf5-write",
  parameters: { ...write.parameters, elements: 8 * 2 ** 20, times: 2 },
};
