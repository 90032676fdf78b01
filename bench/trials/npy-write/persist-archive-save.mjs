import { writesFiles } from "../../drivers/arrays.mjs";
import { save } from "../../drivers/ours.mjs";

writesFiles((path, x) => save(`${path}.mjs`, { x }, { durability: "process", arrayThreshold: 0 }));
