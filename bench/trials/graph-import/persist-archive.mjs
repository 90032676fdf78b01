import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { driver } from "../../drivers/driver.mjs";
import { archives, tree } from "../../drivers/graph.mjs";

// Only the preparing process loads the library: an archive needs nothing to be imported.
const save = async (path, items) => (await import("../../drivers/ours.mjs")).save(path, items);

await driver(archives(tree, save, (path) => import(pathToFileURL(join(path, "index.js")).href)));
