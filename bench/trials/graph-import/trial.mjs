// A cold import, in a process that has read nothing else.
export default {
  title: "import a tree of 200,000 mixed objects",
  parameters: { nodes: 200_000 },
  quick: { nodes: 5_000 },
  reference: ["devalue"],
  targets: [
    { driver: "persist-archive", of: "devalue", atMost: 0.55 },
    { driver: "persist-archive", of: "devalue", measure: "memory", atMost: 0.6 },
  ],
};
