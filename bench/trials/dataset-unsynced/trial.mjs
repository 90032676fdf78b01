import { buildSqlite } from "../../harness/build-sqlite.mjs";

// Commits that survive the death of processes, and no power cut: at least 1,000 a second.
export default {
  title: "commit 1,000 items of 1 kB one by one, not synced",
  parameters: { commits: 1000 },
  quick: { commits: 50 },
  prepare: buildSqlite,
  reference: ["better-sqlite3"],
  targets: [{ driver: "persist-archive", below_ms: 1000 }],
};
