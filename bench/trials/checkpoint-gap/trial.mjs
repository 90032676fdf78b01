// The longest time for which the program's event loop stands still while a checkpoint is taken and written. The loop turns all the time, as that of a program that
// computes: on a machine with few cores, the kernel's own work of writing takes its core from it now and then, whoever writes.
export default {
  title: "longest gap of the event loop while 8 arrays, 1 GB, are saved",
  parameters: { arrays: 8, bytes: 1e9 },
  quick: { arrays: 8, bytes: 64e6 },
  reference: ["another-process"],
  targets: [
    { driver: "persist-archive-borrow", below_ms: 5 },
    { driver: "persist-archive-copy", below_ms: 5 },
  ],
};
