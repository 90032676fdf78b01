import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { writeArrays } from "../../drivers/ours.mjs";

await driver({
  run({ directory, arrays, elements, ending }) {
    const all = {};
    for (let k = 0; k < arrays; k++) all[`a${k}`] = new Float64Array(elements).fill(k);
    return () => writeArrays(join(directory, `many${ending}`), all);
  },
});
