import durable from "../npy-durable/trial.mjs";

export default {
  ...durable,
  title: "64 MB of float64 to an npy file, atomic and durable",
  driversOf: "npy-durable",
  parameters: { ...durable.parameters, elements: 8 * 2 ** 20, times: 5 },
};
