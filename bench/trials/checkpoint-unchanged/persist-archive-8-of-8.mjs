import { saveChanged } from "../../data/changed.mjs";

saveChanged(8);
