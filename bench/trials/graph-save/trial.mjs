// From the live graph to a written file, without a sync.
export default {
  title: "save a tree of 200,000 mixed objects",
  parameters: { nodes: 200_000 },
  quick: { nodes: 5_000 },
  reference: ["devalue"],
  targets: [
    { driver: "persist-archive", of: "devalue", atMost: 1 },
    { driver: "persist-archive", of: "v8", atMost: 5 },
    { driver: "persist-archive", of: "devalue", measure: "memory", atMost: 0.8 },
  ],
};
