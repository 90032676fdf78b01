import { writesFiles } from "../../drivers/arrays.mjs";
import { writeArray } from "../../drivers/ours.mjs";

writesFiles((path, array, ending) => writeArray(path + ending, array, { durability: "full" }));
