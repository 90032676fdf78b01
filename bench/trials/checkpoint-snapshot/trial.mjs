// How long the program waits for a checkpoint: until it may change its state again.
export default {
  title: "a snapshot of 8 arrays, 1 GB, into memory that was used before",
  parameters: { arrays: 8, bytes: 1e9 },
  quick: { arrays: 8, bytes: 64e6 },
  bytes: ({ bytes }) => bytes,
  reference: ["c-memcpy"],
  targets: [{ driver: "persist-archive", atMost: 1.3 }],
};
