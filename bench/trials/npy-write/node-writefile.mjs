// The bytes alone, without a header.
import { writeFile } from "node:fs/promises";
import { writesFiles } from "../../drivers/arrays.mjs";

writesFiles((path, array) => writeFile(path, array));
