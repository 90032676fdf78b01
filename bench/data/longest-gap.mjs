// Measures the longest gap between two turns of the event loop while something is done; a checkpoint is saved until it is durable.
import { driver } from "../drivers/driver.mjs";
import { Checkpoints } from "../drivers/ours.mjs";
import { advance, makeState } from "./state.mjs";

/** @param {"copy" | "borrow"} source */
export function longestGap(source) {
  void driver({
    async run({ directory, arrays, bytes }) {
      const state = makeState({ arrays, bytes });
      const checkpoints = await Checkpoints.open(directory, { keep: 1 });
      await (
        await checkpoints.save(1, state, { source })
      ).durable;
      advance(state, arrays);
      return {
        timed: () => gapDuring(async () => (await checkpoints.save(2, state, { source })).durable),
        figure_ns: (gap_ns) => gap_ns,
        check: () => checkpoints.close(),
      };
    },
  });
}

/** How long the event loop stood still at most until a promise settled, in ns. @param {() => Promise<unknown>} work */
export async function gapDuring(work) {
  let isOver = false;
  let longest_ns = 0;
  let last_ms = performance.now();
  const tick = () => {
    const now_ms = performance.now();
    longest_ns = Math.max(longest_ns, (now_ms - last_ms) * 1e6);
    last_ms = now_ms;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOver = true;
  tick();
  return longest_ns;
}
