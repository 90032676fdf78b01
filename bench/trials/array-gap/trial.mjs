// The longest time for which the program's event loop stands still while an array is written, or read.
export default {
  title: "longest gap of the event loop while 512 MB are written or read",
  parameters: { elements: 64 * 2 ** 20 },
  quick: { elements: 2 ** 20 },
  targets: [
    { driver: "persist-archive-npy-write", below_ms: 5 },
    { driver: "persist-archive-npy-read", below_ms: 5 },
    { driver: "persist-archive-npz-write", below_ms: 5 },
    { driver: "persist-archive-npz-read", below_ms: 5 },
    { driver: "persist-archive-hdf5-write", below_ms: 5 },
    { driver: "persist-archive-hdf5-read", below_ms: 5 },
  ],
};
