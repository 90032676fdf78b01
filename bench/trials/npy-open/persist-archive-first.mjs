// The first open of a process, after the addon was loaded; nothing is compiled by the engine yet.
import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { mapArray, writeArray } from "../../drivers/ours.mjs";

await driver({
  async run({ shared, directory, elements }) {
    await writeArray(join(directory, "small.npy"), new Float64Array(1));
    const path = join(shared, "big.npy");
    return () => {
      const array = mapArray(path);
      const last = array.get(elements - 1);
      array[Symbol.dispose]();
      if (last !== 0) throw new Error("the last element is not 0");
    };
  },
});
