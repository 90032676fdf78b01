import { driver } from "../../drivers/driver.mjs";

await driver({
  run: async ({ shared }) => (await import(`${shared}/importing.mjs`)).importing("empty"),
});
