import write from "../npz-write/trial.mjs";

export default {
  ...write,
  title: "64 MB of float64 to a new npz file, stored, not synced",
  driversOf: "npz-write",
  parameters: { ...write.parameters, elements: 8 * 2 ** 20 },
};
