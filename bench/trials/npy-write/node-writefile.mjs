// The bytes alone, without a header.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";

await driver({
  run({ directory, elements }) {
    const array = new Float64Array(elements).fill(Math.PI);
    return () => writeFile(join(directory, "x.bin"), array);
  },
});
