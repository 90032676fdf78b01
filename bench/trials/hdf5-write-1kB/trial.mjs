import write from "../hdf5-write/trial.mjs";

export default {
  ...write,
  title: "1 kB of float64 to a new HDF5 file, contiguous, not synced",
  driversOf: "hdf5-write",
  parameters: { ...write.parameters, elements: 2 ** 7, times: 1000 },
  quick: { times: 10 },
  targets: [{ driver: "persist-archive", atMost: 1.5 }],
};
