import { File, ready } from "h5wasm/node";
import { readsFile } from "../../drivers/arrays.mjs";

await ready;

readsFile(
  (path) => {
    const file = new File(path, "r");
    const data = file.get("a").value;
    file.close();
    return data;
  },
  (data, { elements }) => data.length === elements && data.at(-1) === Math.PI,
);
