import { File, ready } from "h5wasm/node";
import { blockAt, isBlock, readsFile } from "../../drivers/arrays.mjs";

await ready;
const MOST = 10;

readsFile(
  (path, parameters, time) => {
    const [row, column] = blockAt(time, parameters);
    const file = new File(path, "r");
    const data = file.get("a").slice([
      [row, row + parameters.height],
      [column, column + parameters.width],
    ]);
    file.close();
    return { data };
  },
  (part, parameters) => isBlock(part, parameters, MOST),
  MOST,
);
