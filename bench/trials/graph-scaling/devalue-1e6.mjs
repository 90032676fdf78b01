// How the machine's time for each object grows, without this library.
import { uneval } from "devalue";
import { driver } from "../../drivers/driver.mjs";
import { writesTrees } from "../../drivers/graph.mjs";

await driver(writesTrees(1e6, uneval));
