import { buildSqlite } from "../../harness/build-sqlite.mjs";

// Reading items by their names, in an order that has no order. A file for each item against a page of a database.
export default {
  title: "read 1,000 items of 1 kB",
  parameters: { items: 1000 },
  quick: { items: 50 },
  prepare: buildSqlite,
  reference: ["better-sqlite3"],
};
