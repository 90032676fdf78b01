import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { readArrays } from "../../drivers/ours.mjs";

await driver({
  run({ shared, arrays, file, only }) {
    return {
      timed: () => readArrays(join(shared, file), only === null ? {} : { only }),
      check(all) {
        const names = Object.keys(all);
        if (names.length !== (only?.length ?? arrays)) throw new Error(`${names.length} arrays`);
        for (const name of names)
          if (all[name].data[0] !== Number(name.slice(1))) throw new Error(`${name} is another array`);
      },
    };
  },
});
