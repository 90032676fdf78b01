import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { mapArray } from "../../drivers/ours.mjs";

await driver({
  run({ shared, elements, times }) {
    const path = join(shared, "big.npy");
    return {
      repeat: times,
      timed() {
        const array = mapArray(path);
        const last = array.get(elements - 1);
        array[Symbol.dispose]();
        if (last !== 0) throw new Error("the last element is not 0");
      },
    };
  },
});
