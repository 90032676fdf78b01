import write from "../npy-write/trial.mjs";

export default {
  ...write,
  title: "64 MB of float64 to a new npy file, not synced",
  driversOf: "npy-write",
  parameters: { ...write.parameters, elements: 8 * 2 ** 20 },
};
