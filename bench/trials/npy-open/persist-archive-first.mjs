// The first open of a process, after the addon was loaded; nothing is compiled by the engine yet.
import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { mapArray, writeArray } from "../../drivers/ours.mjs";

await driver({
  async run({ shared, directory, elements, read }) {
    await writeArray(join(directory, "small.npy"), new Float64Array(1));
    const path = join(shared, "big.npy");
    return () => {
      const array = mapArray(path);
      const last = read ? array.get(elements - 1) : 0;
      array[Symbol.dispose]();
      if (array.shape[0] !== elements || last !== 0) throw new Error("not the array that was mapped");
    };
  },
});
