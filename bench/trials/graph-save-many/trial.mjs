// Saves of small archives beside others in one directory: their number must not matter.
export default {
  title: "save a small archive into a directory of 10 and 10,000 others, not synced",
  parameters: { saves: 200, scale: 1 },
  quick: { saves: 10, scale: 0.1 },
  reference: ["persist-archive-10"],
  targets: [{ driver: "persist-archive-10000", atMost: 1.3 }],
};
