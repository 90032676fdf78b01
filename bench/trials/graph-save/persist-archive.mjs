import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { tree } from "../../drivers/graph.mjs";
import { save } from "../../drivers/ours.mjs";

await driver({
  run({ directory, nodes }) {
    const graph = tree.make(nodes);
    return () => save(join(directory, "archive"), { graph }, { durability: "process" });
  },
});
