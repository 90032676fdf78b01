import read from "../npy-read/trial.mjs";

export default {
  ...read,
  title: "read 64 kB of float64 from an npy file into fresh memory",
  driversOf: "npy-read",
  parameters: { ...read.parameters, elements: 2 ** 13, times: 1000 },
  targets: [], // none was set for this size
};
