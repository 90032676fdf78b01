import { serialize } from "seroval";
import { driver } from "../../drivers/driver.mjs";
import { saves, dag } from "../../drivers/graph.mjs";

await driver(saves(dag, (graph) => `export default ${serialize(graph)};\n`));
