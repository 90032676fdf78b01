import { advance } from "../../data/state.mjs";
import { makeBodies } from "../../data/bodies.mjs";
import { driver } from "../../drivers/driver.mjs";
import { Checkpoints } from "../../drivers/ours.mjs";

await driver({
  async run({ directory, ...size }) {
    const state = makeBodies(size);
    const checkpoints = await Checkpoints.open(directory);
    await (
      await checkpoints.save(1, state)
    ).durable;
    advance(state, size.arrays);
    return {
      timed: async () => (await checkpoints.save(2, state)).durable,
      check: () => checkpoints.close(),
    };
  },
});
