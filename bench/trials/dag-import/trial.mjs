// A cold import, in a process that has read nothing else.
export default {
  title: "import a graph of 100,000 nodes that are all shared",
  parameters: { nodes: 100_000 },
  quick: { nodes: 5_000 },
  reference: ["devalue"],
  targets: [{ driver: "persist-archive", of: "devalue", atMost: 0.25 }],
};
