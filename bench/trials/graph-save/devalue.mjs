import { uneval } from "devalue";
import { driver } from "../../drivers/driver.mjs";
import { saves, tree } from "../../drivers/graph.mjs";

await driver(saves(tree, (graph) => `export default ${uneval(graph)};\n`));
