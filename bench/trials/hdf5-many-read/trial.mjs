import read from "../npz-many-read/trial.mjs";

export default {
  ...read,
  title: "read 10,000 datasets of 1 kB from an HDF5 file",
  parameters: { ...read.parameters, file: "many.h5" },
  reference: ["c-h5dread"],
  targets: [{ driver: "persist-archive", atMost: 1.5 }],
};
