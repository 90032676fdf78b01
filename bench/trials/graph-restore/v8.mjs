import { readFile } from "node:fs/promises";
import { deserialize, serialize } from "node:v8";
import { driver } from "../../drivers/driver.mjs";
import { loads, tree } from "../../drivers/graph.mjs";

await driver(loads(tree, serialize, async (path) => deserialize(await readFile(path))));
