// Not an import: reading the file and taking it apart.
import { readFile } from "node:fs/promises";
import { deserialize, serialize } from "node:v8";
import { driver } from "../../drivers/driver.mjs";
import { loads, dag } from "../../drivers/graph.mjs";

await driver(loads(dag, serialize, async (path) => deserialize(await readFile(path))));
