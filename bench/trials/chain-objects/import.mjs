import { pathToFileURL } from "node:url";
import { driver } from "../../drivers/driver.mjs";
import { chains } from "../../drivers/graph.mjs";

await driver(chains((path) => import(pathToFileURL(path).href)));
