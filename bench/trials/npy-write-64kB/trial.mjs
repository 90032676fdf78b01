import write from "../npy-write/trial.mjs";

export default {
  ...write,
  title: "64 kB of float64 to a new npy file, not synced",
  driversOf: "npy-write",
  parameters: { ...write.parameters, elements: 2 ** 13, times: 1000 },
  quick: { times: 10 },
  targets: [{ driver: "persist-archive", atMost: 1.4 }],
};
