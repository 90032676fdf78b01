import { readFile } from "node:fs/promises";
import { fromJSON, toJSON } from "seroval";
import { driver } from "../../drivers/driver.mjs";
import { loads, tree } from "../../drivers/graph.mjs";

await driver(
  loads(
    tree,
    (graph) => JSON.stringify(toJSON(graph)),
    async (path) => fromJSON(JSON.parse(await readFile(path, "utf8"))),
  ),
);
