// The longest time for which the program's event loop stands still while a checkpoint is taken and written.
export default {
  title: "longest gap of the event loop while 8 arrays, 1 GB, are saved",
  parameters: { arrays: 8, bytes: 1e9 },
  quick: { arrays: 8, bytes: 64e6 },
  reference: ["persist-archive-copy"],
  targets: [],
};
