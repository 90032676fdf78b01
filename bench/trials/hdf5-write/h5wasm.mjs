import h5wasm from "h5wasm/node";
import { writesFiles } from "../../drivers/arrays.mjs";

await h5wasm.ready;

writesFiles((path, data) => {
  const file = new h5wasm.File(`${path}.h5`, "w");
  file.create_dataset({ name: "a", data });
  file.close();
});
