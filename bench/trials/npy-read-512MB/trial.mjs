import read from "../npy-read/trial.mjs";

export default {
  ...read,
  title: "read 512 MB of float64 from an npy file into fresh memory",
  driversOf: "npy-read",
  parameters: { ...read.parameters, elements: 64 * 2 ** 20, times: 1 },
};
