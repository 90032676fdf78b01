import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { save } from "../../drivers/ours.mjs";

await driver({
  async run({ directory, numbers }) {
    // loads the addon, which is not timed
    await save(join(directory, "first"), { x: new Float64Array(1000) }, { durability: "process" });
    const x = Array.from({ length: numbers }, (_, i) => i / 7);
    return () => save(join(directory, "archive"), { x }, { durability: "process" });
  },
});
