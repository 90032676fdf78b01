import { saveChanged } from "../../data/changed.mjs";

saveChanged(1);
