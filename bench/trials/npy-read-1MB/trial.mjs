import read from "../npy-read/trial.mjs";

export default {
  ...read,
  title: "read 1 MB of float64 from an npy file into fresh memory",
  driversOf: "npy-read",
  parameters: { ...read.parameters, elements: 2 ** 17, times: 50 },
  targets: [], // none was set for this size
};
