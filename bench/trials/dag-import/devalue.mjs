import { uneval } from "devalue";
import { driver } from "../../drivers/driver.mjs";
import { imports, dag } from "../../drivers/graph.mjs";

await driver(imports(dag, uneval));
