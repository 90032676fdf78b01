import { serialize } from "node:v8";
import { driver } from "../../drivers/driver.mjs";
import { saves, dag } from "../../drivers/graph.mjs";

await driver(saves(dag, serialize));
