import { driver } from "../../drivers/driver.mjs";
import { committing } from "../../drivers/sqlite.mjs";

await driver(committing("FULL"));
