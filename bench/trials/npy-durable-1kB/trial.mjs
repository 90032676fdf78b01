import durable from "../npy-durable/trial.mjs";

export default {
  ...durable,
  title: "1 kB of float64 to an npy file, atomic and durable",
  driversOf: "npy-durable",
  parameters: { ...durable.parameters, elements: 2 ** 7, times: 300 },
  quick: { times: 10 },
  targets: [{ driver: "persist-archive", atMost: 1.15 }],
};
