// From the text in memory.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { tree } from "../../drivers/graph.mjs";
import { restore, stringify } from "../../drivers/ours.mjs";

await driver({
  prepare({ prepared, nodes }) {
    writeFileSync(join(prepared, "graph.mjs"), stringify({ graph: tree.make(nodes) }));
  },
  run({ prepared, nodes }) {
    const text = readFileSync(join(prepared, "graph.mjs"), "utf8");
    return {
      timed: () => restore(text).graph,
      bytes: Buffer.byteLength(text),
      check: (graph) => tree.expect(graph, nodes),
    };
  },
});
