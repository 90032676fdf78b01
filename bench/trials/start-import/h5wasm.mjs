import { driver } from "../../drivers/driver.mjs";

await driver({ run: () => () => import("h5wasm/node") });
