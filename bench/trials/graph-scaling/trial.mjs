// Time per node must not grow with the graph: each driver writes 10^6 nodes in all, in trees of its size.
const sizes = ["persist-archive-1e6", "persist-archive-1e5", "persist-archive-1e4"];

export default {
  title: "write trees of 10^6 objects in all, in trees of 10^3 to 10^6",
  parameters: { objects: 1_000_000 },
  quick: { objects: 10_000 },
  reference: ["persist-archive-1e3"],
  targets: sizes.map((driver) => ({ driver, atMost: 1.3 })),
};
