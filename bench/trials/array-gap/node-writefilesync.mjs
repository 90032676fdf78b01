import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gapDuring } from "../../data/longest-gap.mjs";
import { driver } from "../../drivers/driver.mjs";

await driver({
  run({ directory, elements }) {
    const array = new Float64Array(elements).fill(Math.PI);
    return {
      timed: () => gapDuring(async () => writeFileSync(join(directory, "a.bin"), array)),
      figure_ns: (gap_ns) => gap_ns,
    };
  },
});
