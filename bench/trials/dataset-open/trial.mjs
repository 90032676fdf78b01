// What it takes to have the info of all items of a large data set in memory.
export default {
  title: "open a data set of 100,000 items and look at the info of each",
  parameters: { items: 100_000 },
  quick: { items: 1000 },
  targets: [{ driver: "persist-archive", below_ms: 1000 }],
};
