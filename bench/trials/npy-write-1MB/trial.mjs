import write from "../npy-write/trial.mjs";

export default {
  ...write,
  title: "1 MB of float64 to a new npy file, not synced",
  driversOf: "npy-write",
  parameters: { ...write.parameters, elements: 2 ** 17, times: 100 },
  quick: { times: 10 },
  targets: [{ driver: "persist-archive", atMost: 1.3 }],
};
