import { readFileSync } from "node:fs";
import { driver } from "../../drivers/driver.mjs";
import { chains } from "../../drivers/graph.mjs";
import { restore } from "../../drivers/ours.mjs";

await driver(chains((path) => restore(readFileSync(path, "utf8"))));
