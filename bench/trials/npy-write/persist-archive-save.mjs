import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { save } from "../../drivers/ours.mjs";

await driver({
  run({ directory, elements }) {
    const x = new Float64Array(elements).fill(Math.PI);
    return () => save(join(directory, "archive"), { x }, { durability: "process" });
  },
});
