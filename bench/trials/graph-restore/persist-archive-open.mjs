import { driver } from "../../drivers/driver.mjs";
import { archives, tree } from "../../drivers/graph.mjs";
import { open, save } from "../../drivers/ours.mjs";

await driver(archives(tree, save, (path) => open(path)));
