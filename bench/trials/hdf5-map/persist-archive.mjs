import { readsFile } from "../../drivers/arrays.mjs";
import { mapArray } from "../../drivers/ours.mjs";

readsFile(
  (path) => {
    const array = mapArray(`${path}#a`);
    array.close();
    return array;
  },
  ({ shape }, { elements }) => shape[0] === elements,
);
