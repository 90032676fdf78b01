// From the live graph to a written file, without a sync. Every node has two parents.
export default {
  title: "save a graph of 100,000 nodes that are all shared",
  parameters: { nodes: 100_000 },
  quick: { nodes: 5_000 },
  reference: ["devalue"],
  targets: [{ driver: "persist-archive", of: "devalue", atMost: 0.85 }],
};
