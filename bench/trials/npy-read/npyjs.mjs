import { readFile } from "node:fs/promises";
import { load } from "npyjs";
import { readsFile } from "../../drivers/arrays.mjs";

readsFile(
  async (path) => load(await readFile(path)),
  ({ data }, { elements }) => data.length === elements && data.at(-1) === Math.PI,
);
