import { join } from "node:path";
import { fill } from "../../drivers/dataset.mjs";
import { driver } from "../../drivers/driver.mjs";
import { DataSet } from "../../drivers/ours.mjs";

await driver({
  prepare: ({ prepared, items }) => fill(prepared, items),
  run({ prepared, items }) {
    return {
      async timed() {
        const set = await DataSet.open(join(prepared, "set"));
        let sum = 0;
        for (const name of set.names()) sum += set.info(name).values[2];
        return sum;
      },
      check(sum) {
        if (sum !== 3 * items) throw new Error(`the sum is ${sum}`);
      },
    };
  },
});
