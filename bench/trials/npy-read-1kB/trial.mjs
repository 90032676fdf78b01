import read from "../npy-read/trial.mjs";

export default {
  ...read,
  title: "read 1 kB of float64 from an npy file into fresh memory",
  driversOf: "npy-read",
  parameters: { ...read.parameters, elements: 2 ** 7, times: 2000 },
  targets: [], // none was set for this size
};
