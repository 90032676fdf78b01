import { driver } from "../../drivers/driver.mjs";
import { savesBeside } from "../../drivers/graph.mjs";

await driver(savesBeside(10000));
