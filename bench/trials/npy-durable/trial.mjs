// An array in the place of a file, whole at every moment and after a crash: a temporary, its sync, a rename, the directory's sync.
export default {
  title: "512 MB of float64 to an npy file, atomic and durable",
  parameters: { elements: 64 * 2 ** 20, times: 1, ending: ".npy" },
  quick: { elements: 2 ** 20 },
  bytes: ({ elements }) => 8 * elements,
  reference: ["c-fdatasync", "c-pieces"],
  targets: [{ driver: "persist-archive", atMost: 1.1 }],
};
