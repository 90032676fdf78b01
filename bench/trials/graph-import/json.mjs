// Not an import: reading the file and parsing it.
import { readFile } from "node:fs/promises";
import { driver } from "../../drivers/driver.mjs";
import { loads, tree } from "../../drivers/graph.mjs";

await driver(loads(tree, JSON.stringify, async (path) => JSON.parse(await readFile(path, "utf8"))));
