import { createRequire } from "node:module";
import { driver } from "../../drivers/driver.mjs";
import { chains } from "../../drivers/graph.mjs";

await driver(chains(createRequire(import.meta.url)));
