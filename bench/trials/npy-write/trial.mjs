// An array to a new file, not synced: what stands between memory and the page cache. `times` files, one after the other.
export default {
  title: "512 MB of float64 to a new npy file, not synced",
  parameters: { elements: 64 * 2 ** 20, times: 1, ending: ".npy" },
  quick: { elements: 2 ** 20 },
  bytes: ({ elements }) => 8 * elements,
  reference: ["c-pwrite", "c-fallocate"],
  targets: [
    { driver: "persist-archive", atMost: 1.05 },
    { driver: "persist-archive-save", atMost: 1.15 },
  ],
};
