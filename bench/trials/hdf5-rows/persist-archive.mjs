import { join } from "node:path";
import { driver } from "../../drivers/driver.mjs";
import { openArray } from "../../drivers/ours.mjs";

await driver({
  async run({ shared, file, reads }) {
    const opened = await openArray(`${join(shared, file)}#a`);
    return {
      async timed() {
        let row;
        for (let k = 0; k < reads; k++) row = await opened.read({ selection: [k] });
        return row;
      },
      async check({ data }) {
        await opened.close();
        if (data[1] !== 10_000 * (reads - 1) + 1) throw new Error("another row");
      },
    };
  },
});
