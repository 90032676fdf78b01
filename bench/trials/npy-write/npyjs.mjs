import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump } from "npyjs";
import { driver } from "../../drivers/driver.mjs";

await driver({
  run({ directory, elements }) {
    const array = new Float64Array(elements).fill(Math.PI);
    return () => writeFile(join(directory, "x.npy"), new Uint8Array(dump(array, [elements])));
  },
});
