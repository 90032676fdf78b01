import { readsFile } from "../../drivers/arrays.mjs";
import { readArray } from "../../drivers/ours.mjs";

readsFile(
  (path, { elements, count }) => readArray(path, { selection: [[elements / 2, elements / 2 + count]] }),
  (slice, { count }) => slice.data.length === count && slice.get(-1) === 0,
);
