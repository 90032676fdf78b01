import { blockAt, isBlock, readsFile } from "../../drivers/arrays.mjs";
import { readArray } from "../../drivers/ours.mjs";

readsFile((path, parameters, time) => {
  const [row, column] = blockAt(time, parameters);
  const { height, width } = parameters;
  const selection = [
    [row, row + height],
    [column, column + width],
  ];
  return readArray(path + (parameters.dataset ?? ""), { selection });
}, isBlock);
