import { buildSqlite } from "../../harness/build-sqlite.mjs";

// Commits that are on the disk before they are acknowledged. better-sqlite3 is the measure: a write-ahead log, synchronous=FULL. It needs one sync where an item
// with a file of its own needs three, two of them at the same time.
export default {
  title: "commit 200 items of 1 kB one by one, each synced",
  parameters: { commits: 200 },
  quick: { commits: 20 },
  prepare: buildSqlite,
  reference: ["better-sqlite3"],
  targets: [
    { driver: "persist-archive", atMost: 2 },
    { driver: "persist-archive-16-callers", atMost: 1 },
  ],
};
