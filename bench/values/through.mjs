// Takes the values of the tests' table through one library, from a given one on, and tells what became of each, a line of JSON for each.
//
//     node through.mjs LIBRARY FIRST
import { writeSync } from "node:fs";
import { difference } from "../../build/test/support/isomorphic.js";
import { kept } from "../../build/test/values/table.js";
import { libraries } from "./libraries.mjs";

const [library, first] = process.argv.slice(2);
const tell = (entry) => writeSync(1, `${JSON.stringify(entry)}\n`);

for (let at = Number(first); at < kept.length; at++) {
  const { name, make, references = [], options, view = (value) => value } = kept[at];
  tell({ at, name });
  const value = make();
  let result;
  try {
    ({ value: result } = await libraries[library](value, `value-${at}`));
  } catch {
    tell({ at, outcome: "refused" });
    continue;
  }
  const problem = difference(view(value), view(result), { ...options, references });
  tell({ at, outcome: problem === null ? "kept" : "changed" });
}
