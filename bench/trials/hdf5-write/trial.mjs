// One contiguous dataset in a new file, not synced.
export default {
  title: "512 MB of float64 to a new HDF5 file, contiguous, not synced",
  parameters: { elements: 64 * 2 ** 20, times: 1, ending: ".h5#a" },
  quick: { elements: 2 ** 20 },
  bytes: ({ elements }) => 8 * elements,
  reference: ["c-h5dwrite", "c-offset"],
  targets: [{ driver: "persist-archive", atMost: 1.1 }],
};
