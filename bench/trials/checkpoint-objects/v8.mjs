// v8.serialize and one file, with the sync and the rename that make it whole and durable.
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { serialize } from "node:v8";
import { makeBodies } from "../../data/bodies.mjs";
import { driver } from "../../drivers/driver.mjs";

await driver({
  run({ directory, ...size }) {
    const state = makeBodies(size);
    serialize(state); // the same has been done before, on both sides
    return async () => {
      const file = await open(join(directory, "state.tmp"), "wx");
      await file.writeFile(serialize(state));
      await file.sync();
      await file.close();
      await rename(join(directory, "state.tmp"), join(directory, "state"));
      const parent = await open(directory);
      await parent.sync();
      await parent.close();
    };
  },
});
