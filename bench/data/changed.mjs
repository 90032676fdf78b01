// Saves a second checkpoint in which so many arrays have changed.
import { driver } from "../drivers/driver.mjs";
import { Checkpoints } from "../drivers/ours.mjs";
import { advance, makeState } from "./state.mjs";

export function saveChanged(changed) {
  void driver({
    async run({ directory, arrays, bytes }) {
      const state = makeState({ arrays, bytes });
      const checkpoints = await Checkpoints.open(directory);
      await (
        await checkpoints.save(1, state)
      ).durable;
      advance(state, changed);
      return {
        timed: async () => (await checkpoints.save(2, state)).durable,
        check: () => checkpoints.close(),
      };
    },
  });
}
