// The same numbers as bytes, which are there before the clock starts.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";

await driver({
  run({ directory, numbers }) {
    const bytes = Float64Array.from({ length: numbers }, (_, i) => i / 7);
    return () => writeFile(join(directory, "x.bin"), bytes);
  },
});
