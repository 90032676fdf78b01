import { writeFile } from "node:fs/promises";
import { dump } from "npyjs";
import { writesFiles } from "../../drivers/arrays.mjs";

writesFiles((path, array) => writeFile(path, new Uint8Array(dump(array, [array.length]))));
