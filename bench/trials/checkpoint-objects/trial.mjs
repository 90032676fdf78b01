// A state of many small objects and some large arrays, from the call until it is durable.
export default {
  title: "a checkpoint of 100,000 small objects and 64 MB of arrays, synced",
  parameters: { objects: 100_000, arrays: 4, bytes: 64e6 },
  quick: { objects: 5_000, arrays: 4, bytes: 4e6 },
  reference: ["v8"],
  targets: [{ driver: "persist-archive", atMost: 1 }],
};
