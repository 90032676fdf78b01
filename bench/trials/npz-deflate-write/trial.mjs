// Compression on all cores. The numbers are rounded to decimals, as in tables of results.
export default {
  title: "64 MB of float64, rounded to 2 decimals, to a new npz file, deflated",
  parameters: { elements: 8 * 2 ** 20, file: "a.npz" },
  quick: { elements: 2 ** 17 },
  bytes: ({ elements }) => 8 * elements,
  reference: ["c-libdeflate"],
  targets: [{ driver: "persist-archive", atMost: 1 / 0.9 }],
};
