// What a checkout imports: a file for each module, and Node's own modules as the sources import them.
import { driver } from "../../drivers/driver.mjs";

await driver({ run: () => () => import("../../../dist/index.js") });
