import { join } from "node:path";
import { add } from "../../drivers/dataset.mjs";
import { driver } from "../../drivers/driver.mjs";
import { DataSet } from "../../drivers/ours.mjs";

await driver({
  async run({ directory, commits }) {
    const set = await DataSet.open(join(directory, "set"), { mode: "x", durability: "process" });
    await add(set, 10);
    return () => add(set, commits, 16);
  },
});
