// The same bytes as npy-write, in a zip file with their CRC-32.
import write from "../npy-write/trial.mjs";

export default {
  ...write,
  title: "512 MB of float64 to a new npz file, stored, not synced",
  parameters: { ...write.parameters, ending: ".npz#x" },
  targets: [{ driver: "persist-archive", atMost: 1.15 }],
};
