import { buildSqlite } from "../../harness/build-sqlite.mjs";

// As dataset-commit, by a program that has run for longer than V8 needs to compile what a commit takes.
export default {
  title: "commit 5,000 items of 1 kB one by one, each synced",
  driversOf: "dataset-commit",
  parameters: { commits: 5000 },
  quick: { commits: 20 },
  prepare: buildSqlite,
  reference: ["better-sqlite3"],
  targets: [
    { driver: "persist-archive", atMost: 2 },
    { driver: "persist-archive-16-callers", atMost: 1 },
  ],
};
