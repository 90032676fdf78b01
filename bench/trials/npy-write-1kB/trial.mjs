import write from "../npy-write/trial.mjs";

export default {
  ...write,
  title: "1 kB of float64 to a new npy file, not synced",
  driversOf: "npy-write",
  parameters: { ...write.parameters, elements: 2 ** 7, times: 2000 },
  quick: { times: 10 },
  targets: [{ driver: "persist-archive", atMost: 2 }],
};
