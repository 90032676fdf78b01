// A plain array that is stored as a typed array is: what it takes beyond the writing of its bytes.
export default {
  title: "save a plain array of 10^6 doubles, not synced",
  parameters: { numbers: 1_000_000 },
  quick: { numbers: 100_000 },
  bytes: ({ numbers }) => 8 * numbers,
  reference: ["node-writefile"],
  targets: [{ driver: "persist-archive", atMost: 3 }],
};
