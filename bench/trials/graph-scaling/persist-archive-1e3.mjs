import { driver } from "../../drivers/driver.mjs";
import { writesTrees } from "../../drivers/graph.mjs";

await driver(writesTrees(1e3));
