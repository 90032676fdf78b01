import { inserting } from "../../drivers/dataset.mjs";
import { driver } from "../../drivers/driver.mjs";

await driver(inserting(100000));
