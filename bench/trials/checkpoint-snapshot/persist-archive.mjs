// The second save of a series: its copy goes into the memory of the first.
import { advance, makeState } from "../../data/state.mjs";
import { driver } from "../../drivers/driver.mjs";
import { Checkpoints } from "../../drivers/ours.mjs";

await driver({
  async run({ directory, arrays, bytes }) {
    const state = makeState({ arrays, bytes });
    const checkpoints = await Checkpoints.open(directory, { keep: 1 });
    await (
      await checkpoints.save(1, state)
    ).durable;
    advance(state, arrays);
    return { timed: () => checkpoints.save(2, state), check: () => checkpoints.close() };
  },
});
