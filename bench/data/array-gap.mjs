// The longest gap of the event loop while one array is written to a file, or read from one.
import { join } from "node:path";
import { driver } from "../drivers/driver.mjs";
import { readArray, writeArray } from "../drivers/ours.mjs";
import { gapDuring } from "./longest-gap.mjs";

/** @param {"write" | "read"} what @param {string} name of the file, and of the array in it */
export function arrayGap(what, name) {
  void driver({
    async run({ directory, elements }) {
      const path = join(directory, name);
      const array = new Float64Array(elements).fill(Math.PI);
      if (what === "read") await writeArray(path, array);
      return {
        timed: () => gapDuring(() => (what === "read" ? readArray(path) : writeArray(path, array))),
        figure_ns: (gap_ns) => gap_ns,
      };
    },
  });
}
