// A program that does nothing but save: the disk is the limit.
export default {
  title: "3 checkpoints of 8 arrays, 1 GB, all of them changed, synced",
  parameters: { arrays: 8, bytes: 1e9, steps: 3 },
  quick: { arrays: 8, bytes: 64e6, steps: 3 },
  bytes: ({ bytes, steps }) => bytes * steps,
  reference: ["c-pwrite"],
  targets: [{ driver: "persist-archive", atMost: 1.18 }], // 1 / 0.85
};
