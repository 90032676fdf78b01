// Commits that are on the disk before they are acknowledged. SQLite is the measure: a write-ahead log, synchronous=FULL.
export default {
  title: "commit 200 items of 1 kB one by one, each synced",
  parameters: { commits: 200 },
  quick: { commits: 20 },
  reference: ["python-sqlite"],
  targets: [
    { driver: "persist-archive", atMost: 2 },
    { driver: "persist-archive-16-callers", atMost: 1 },
  ],
};
