// Many small arrays: what counts is the work for each, not their bytes.
export default {
  title: "10,000 arrays of 1 kB to a new npz file, not synced",
  parameters: { arrays: 10_000, elements: 128, ending: ".npz" },
  quick: { arrays: 100 },
  bytes: ({ arrays, elements }) => 8 * arrays * elements,
  reference: ["python-numpy"],
  targets: [{ driver: "persist-archive", below_ms: 25 }],
};
