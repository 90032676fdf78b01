// Inserts into data sets of different sizes, each on the disk before the next: the size must not matter.
export default {
  title: "insert an item into a data set of 10, 1,000 and 100,000 items, synced",
  parameters: { inserts: 200, scale: 1 },
  quick: { inserts: 10, scale: 0.1 },
  reference: ["persist-archive-10"],
  targets: [
    { driver: "persist-archive-1000", atMost: 1.3 },
    { driver: "persist-archive-100000", atMost: 1.3 },
  ],
};
