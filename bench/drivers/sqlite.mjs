// A database of items by their names, for the drivers that compare with better-sqlite3.
import { join } from "node:path";
import Database from "better-sqlite3";

/** What each item is: 1 kB of text. */
export const value = "x".repeat(1000);

/** A new database with a write-ahead log, and the statements that work on it. */
export function create(directory, synchronous) {
  const data = new Database(join(directory, "data.db"));
  data.pragma("journal_mode = WAL");
  data.pragma(`synchronous = ${synchronous}`);
  data.exec("create table items (name text primary key, value text)");
  return {
    data,
    insert: data.prepare("insert into items values (?, ?)"),
    get: data.prepare("select value from items where name = ?").pluck(),
  };
}

/** The parts of a driver that commits items one by one. */
export function committing(synchronous) {
  return {
    run({ directory, commits }) {
      const { insert } = create(directory, synchronous);
      return () => {
        for (let i = 0; i < commits; i++) insert.run(`x_${i}`, value);
      };
    },
  };
}
