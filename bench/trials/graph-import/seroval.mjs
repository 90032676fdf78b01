import { serialize } from "seroval";
import { driver } from "../../drivers/driver.mjs";
import { imports, tree } from "../../drivers/graph.mjs";

await driver(imports(tree, serialize));
