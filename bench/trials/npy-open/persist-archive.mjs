import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { mapArray } from "../../drivers/ours.mjs";

await driver({
  run({ shared, elements, times, read }) {
    const path = join(shared, "big.npy");
    return {
      repeat: times,
      timed() {
        const array = mapArray(path);
        const last = read ? array.get(elements - 1) : 0;
        array[Symbol.dispose]();
        if (array.shape[0] !== elements || last !== 0) throw new Error("not the array that was mapped");
      },
    };
  },
});
