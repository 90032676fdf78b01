import { advance, makeState } from "../../data/state.mjs";
import { driver } from "../../drivers/driver.mjs";
import { Checkpoints } from "../../drivers/ours.mjs";

await driver({
  async run({ directory, arrays, bytes, steps }) {
    const state = makeState({ arrays, bytes });
    const checkpoints = await Checkpoints.open(directory, { keep: 1 });
    return async () => {
      for (let step = 1; step <= steps; step++) {
        advance(state, arrays);
        await checkpoints.save(step, state);
      }
      await checkpoints.close();
    };
  },
});
