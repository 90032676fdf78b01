import { readsFile } from "../../drivers/arrays.mjs";
import { readArray } from "../../drivers/ours.mjs";

readsFile(
  (path) => readArray(`${path}#x`),
  ({ data }, { elements }) => data.length === elements,
);
