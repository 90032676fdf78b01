// It parses whole files only.
import { readFile } from "node:fs/promises";
import { load } from "npyjs";
import { readsFile } from "../../drivers/arrays.mjs";

readsFile(
  async (path, { elements, count }) =>
    (await load(await readFile(path))).data.slice(elements / 2, elements / 2 + count),
  (slice, { count }) => slice.length === count && slice.at(-1) === 0,
  2,
);
