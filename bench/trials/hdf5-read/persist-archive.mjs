import { readsFile } from "../../drivers/arrays.mjs";
import { readArray } from "../../drivers/ours.mjs";

readsFile(
  (path) => readArray(`${path}#a`),
  ({ data }, { elements }) => data.length === elements && data.at(-1) === Math.PI,
);
