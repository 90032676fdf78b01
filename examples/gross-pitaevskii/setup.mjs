// What is simulated: a condensate whose trap is suddenly relaxed. It holds three vortices, which begin to orbit each other
// while the whole cloud breathes.
import { NDArray } from "persist-archive";
import { addVortices, Grid, groundState, Propagator, refine, Simulation, Trap } from "./physics.mjs";

/** Defaults of a run; every one of them is an option of run.mjs and main.mjs. */
export const defaults = {
  grid: 512, // points along a side
  steps: 480, // over one period of the breathing, π
  interaction: 500, // g
  every: 24, // steps between checkpoints
  keep: 3, // checkpoints kept
};

const length = 24; // of the box: wide enough for the fastest atoms to turn round inside it
const coarsest = 128; // points along a side that resolve the ground state to the last digits
const vortices = [
  [1.2, 0.4],
  [-1.0, 1.1],
  [-0.3, -1.4],
];

/**
 * The state at time 0, and the ground state that it was made from.
 * @param {typeof defaults} options
 */
export function prepare({ grid: n, steps, interaction }) {
  const tight = new Trap(1.3);
  const coarse = new Grid(Math.min(n, coarsest), length);
  const grid = n === coarse.n ? coarse : new Grid(n, length);

  const ground = groundState(coarse, tight, interaction);
  const observed = new Propagator(coarse, tight, interaction).observe(ground);

  const data = n === coarse.n ? ground : refine(ground, coarse, grid);
  const healing = 1 / Math.sqrt(2 * observed.chemicalPotential);
  addVortices(data, grid, vortices, healing);
  // A little imaginary time lets the cores take their true shape: it takes out the sound that the imprint makes.
  const relaxing = new Propagator(grid, tight, interaction);
  let mu = observed.chemicalPotential;
  for (let i = 0; i < 10; i++) mu = relaxing.relax(data, 0.01, mu);

  const simulation = new Simulation({
    grid,
    trap: new Trap(1),
    interaction,
    dt: Math.PI / steps,
    psi: new NDArray({ data, shape: [n, n], dtype: "complex128" }),
  });
  return { simulation, groundState: { grid: coarse, trap: tight, interaction, ...observed } };
}
