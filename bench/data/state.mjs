// The state of a simulation: a number of arrays of float64, and a few numbers.

/** @returns {{ step: number, [name: string]: number | Float64Array }} arrays of `bytes` in all, every page of them touched */
export function makeState({ arrays, bytes }) {
  const state = { step: 0 };
  for (let k = 0; k < arrays; k++)
    state[`field${k}`] = new Float64Array(Math.floor(bytes / arrays / 8)).fill(k + 0.5);
  return state;
}

/** Changes the first `count` arrays, so that none is what it was in the step before. Gives the state. */
export function advance(state, count) {
  state.step++;
  for (let k = 0; k < count; k++) state[`field${k}`][state.step] = -state.step;
  return state;
}
