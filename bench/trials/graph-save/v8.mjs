import { serialize } from "node:v8";
import { driver } from "../../drivers/driver.mjs";
import { saves, tree } from "../../drivers/graph.mjs";

await driver(saves(tree, serialize));
