import { advance, makeState } from "../../data/state.mjs";
import { driver } from "../../drivers/driver.mjs";
import { Checkpoints } from "../../drivers/ours.mjs";

await driver({
  async run({ directory, arrays, bytes, steps }) {
    const state = makeState({ arrays, bytes });
    const checkpoints = await Checkpoints.open(directory, { keep: 1 });
    // a run goes on for long: its memory for copies is there after the first steps
    for (const step of [1, 2]) await checkpoints.save(step, advance(state, arrays));
    await (
      await checkpoints.save(3, advance(state, arrays))
    ).durable;
    return async () => {
      for (let step = 4; step < 4 + steps; step++) {
        await checkpoints.save(step, advance(state, arrays));
      }
      await checkpoints.close();
    };
  },
});
