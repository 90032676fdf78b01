import { serialize } from "seroval";
import { driver } from "../../drivers/driver.mjs";
import { saves, tree } from "../../drivers/graph.mjs";

await driver(saves(tree, (graph) => `export default ${serialize(graph)};\n`));
