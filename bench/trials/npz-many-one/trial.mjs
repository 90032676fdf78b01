import read from "../npz-many-read/trial.mjs";

export default {
  ...read,
  title: "open an npz file of 10,000 arrays of 1 kB, read one",
  driversOf: "npz-many-read",
  parameters: { ...read.parameters, only: ["a77"] },
  targets: [{ driver: "persist-archive", below_ms: 3 }],
};
