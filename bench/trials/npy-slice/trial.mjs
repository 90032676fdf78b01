// A file is opened, and 4 kB of its 512 MB are copied out of it.
import open from "../npy-open/trial.mjs";

export default {
  ...open,
  title: "open a 512 MB npy file, read 4 kB of it",
  parameters: { elements: 64 * 2 ** 20, times: 2000, file: "big.npy", count: 512 },
  quick: { times: 20 },
  reference: ["c-pread"],
  targets: [{ driver: "persist-archive", below_ms: 0.06 }],
};
