import { driver } from "../../drivers/driver.mjs";
import { create, value } from "../../drivers/sqlite.mjs";

await driver({
  run({ directory, items }) {
    const { data, insert, get } = create(directory, "OFF");
    data.transaction(() => {
      for (let i = 0; i < items; i++) insert.run(`x_${i}`, value);
    })();
    return {
      timed() {
        let length = 0;
        for (let i = 0; i < items; i++) length += get.get(`x_${(i * 617) % items}`).length;
        return length;
      },
      check(length) {
        if (length !== 1000 * items) throw new Error(`${length} characters`);
      },
    };
  },
});
