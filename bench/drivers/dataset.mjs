// Data sets of many items, for the drivers that work on them.
import { join } from "node:path";
import { DataSet } from "./ours.mjs";

/** What an item holds: 1 kB of text. */
export const item = { text: "x".repeat(1000) };

/** Makes a data set of `count` small items, which are not synced. */
export async function fill(directory, count) {
  const set = await DataSet.open(join(directory, "set"), { mode: "x", durability: "process" });
  for (let begin = 0; begin < count; begin += 1000) {
    await set.transaction(async (transaction) => {
      const items = {};
      for (let i = begin; i < Math.min(begin + 1000, count); i++) items[`item_${i}`] = i;
      await transaction.insert(items, { info: { begin, label: "a parameter", values: [1, 2, 3] } });
    });
  }
  await set.compact();
  await set.close();
}

/** Adds `count` items, by so many callers at a time. */
export async function add(set, count, callers = 1) {
  let left = count;
  const call = async () => {
    while (left-- > 0) await set.add(item);
  };
  await Promise.all(Array.from({ length: callers }, call));
}

/** The parts of a driver that inserts one item after the other into a set of `count`. */
export function inserting(count) {
  return {
    prepare: ({ prepared, scale }) => fill(prepared, count * scale),
    async run({ prepared, inserts }) {
      const set = await DataSet.open(join(prepared, "set"), { mode: "r+" });
      await add(set, 10);
      let next = 0;
      return {
        repeat: inserts,
        timed: () => set.add(next++),
        check: () => set.close(),
      };
    },
  };
}
