// The bytes alone.
import { readFile } from "node:fs/promises";
import { readsFile } from "../../drivers/arrays.mjs";

readsFile(
  (path) => readFile(path),
  (bytes, { elements }) => bytes.length === 128 + 8 * elements,
);
