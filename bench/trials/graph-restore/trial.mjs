// Reading that runs no code.
export default {
  title: "read a tree of 200,000 mixed objects without running code",
  parameters: { nodes: 200_000 },
  quick: { nodes: 5_000 },
  reference: ["json"],
  targets: [{ driver: "persist-archive-restore", atLeast_MBps: 40 }],
};
