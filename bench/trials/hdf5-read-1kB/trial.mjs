import read from "../hdf5-read/trial.mjs";

export default {
  ...read,
  title: "open an HDF5 file, read its dataset of 1 kB",
  driversOf: "hdf5-read",
  parameters: { ...read.parameters, elements: 2 ** 7, times: 1000 },
  quick: { times: 10 },
  targets: [{ driver: "persist-archive", atMost: 1.5 }],
};
