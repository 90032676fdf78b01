// A checkpoint in which one array of eight has changed, beside one in which all have: from the call until it is durable.
export default {
  title: "a checkpoint of 8 arrays, 1 GB, of which 1 or all have changed, synced",
  parameters: { arrays: 8, bytes: 1e9 },
  quick: { arrays: 8, bytes: 64e6 },
  reference: ["persist-archive-8-of-8"],
  targets: [{ driver: "persist-archive-1-of-8", atMost: 0.25 }],
};
