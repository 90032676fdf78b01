import { readFile } from "node:fs/promises";
import { parse, stringify } from "devalue";
import { driver } from "../../drivers/driver.mjs";
import { loads, tree } from "../../drivers/graph.mjs";

await driver(loads(tree, stringify, async (path) => parse(await readFile(path, "utf8"))));
