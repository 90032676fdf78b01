import { join } from "node:path";
import { makeChain } from "../../data/chain.mjs";
import { driver } from "../../drivers/driver.mjs";
import { save } from "../../drivers/ours.mjs";

await driver({
  run({ directory, shape, levels }) {
    const chain = makeChain(shape, levels);
    return () => save(join(directory, "archive"), { chain }, { durability: "process" });
  },
});
