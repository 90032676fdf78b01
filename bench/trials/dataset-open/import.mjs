import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fill } from "../../drivers/dataset.mjs";
import { driver } from "../../drivers/driver.mjs";

await driver({
  prepare: ({ prepared, items }) => fill(prepared, items),
  run({ prepared, items }) {
    return {
      async timed() {
        const { info } = await import(pathToFileURL(join(prepared, "set", "index.js")).href);
        let sum = 0;
        for (const name of Object.keys(info)) sum += info[name].values[2];
        return sum;
      },
      check(sum) {
        if (sum !== 3 * items) throw new Error(`the sum is ${sum}`);
      },
    };
  },
});
