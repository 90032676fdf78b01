import h5wasm from "h5wasm/node";
import { readsFile } from "../../drivers/arrays.mjs";

await h5wasm.ready;

readsFile(
  (path) => {
    const file = new h5wasm.File(path, "r");
    const data = file.get("a").value;
    file.close();
    return data;
  },
  (data, { elements }) => data.length === elements && data.at(-1) === Math.PI,
);
