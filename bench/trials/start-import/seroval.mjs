import { driver } from "../../drivers/driver.mjs";

await driver({ run: () => () => import("seroval") });
