import { File, ready } from "h5wasm/node";
import { writesFiles } from "../../drivers/arrays.mjs";

await ready;

writesFiles((path, data) => {
  const file = new File(`${path}.h5`, "w");
  file.create_dataset({ name: "a", data });
  file.close();
});
