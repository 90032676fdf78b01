import write from "../npz-many-write/trial.mjs";

export default {
  ...write,
  title: "10,000 datasets of 1 kB to a new HDF5 file, not synced",
  parameters: { ...write.parameters, ending: ".h5" },
  reference: ["c-h5dwrite"],
  targets: [{ driver: "persist-archive", atMost: 1.5 }],
};
