import { uneval } from "devalue";
import { driver } from "../../drivers/driver.mjs";
import { saves, dag } from "../../drivers/graph.mjs";

await driver(saves(dag, (graph) => `export default ${uneval(graph)};\n`));
