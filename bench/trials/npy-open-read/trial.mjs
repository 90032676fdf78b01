// The same as npy-open, with one element read: the last, so that its page is touched.
import open from "../npy-open/trial.mjs";

export default {
  ...open,
  title: "open and map a 3 GB npy file, read one element, close",
  driversOf: "npy-open",
  targets: [{ driver: "persist-archive", below_ms: 0.1 }],
  parameters: { ...open.parameters, read: true },
};
