/** A state with many small objects beside its arrays. */
import { makeState } from "./state.mjs";

export function makeBodies({ objects, arrays, bytes }) {
  const bodies = Array.from({ length: objects }, (_, id) => ({
    id,
    name: `body ${id}`,
    mass: 1 + (id % 7) / 8,
    position: [id / 3, -id / 7, 1 / (id + 1)],
    fixed: id % 5 === 0,
  }));
  return { ...makeState({ arrays, bytes }), bodies };
}
