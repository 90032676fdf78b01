import { join } from "node:path";
import { decimals } from "../../data/decimals.mjs";
import { driver } from "../../drivers/driver.mjs";
import { writeArray } from "../../drivers/ours.mjs";

await driver({
  run({ directory, elements, file }) {
    const array = decimals(elements);
    return () => writeArray(`${join(directory, file)}#x`, array, { compress: true });
  },
});
