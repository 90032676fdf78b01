import { join } from "node:path";
import { add } from "../../drivers/dataset.mjs";
import { driver } from "../../drivers/driver.mjs";
import { DataSet } from "../../drivers/ours.mjs";

await driver({
  async prepare({ prepared, items }) {
    const set = await DataSet.open(join(prepared, "set"), { mode: "x", durability: "process" });
    await add(set, items, 16);
    await set.close();
  },
  async run({ prepared, items }) {
    const set = await DataSet.open(join(prepared, "set"));
    await set.get("x_0");
    return {
      async timed() {
        let length = 0;
        for (let i = 0; i < items; i++) length += (await set.get(`x_${(i * 617) % items}`)).text.length;
        return length;
      },
      check(length) {
        if (length !== 1000 * items) throw new Error(`${length} characters`);
      },
    };
  },
});
