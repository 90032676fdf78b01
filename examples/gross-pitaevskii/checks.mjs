// What must hold at the end of a run: each check has a measured value, a reference, and how far apart they may be.
import { fitOscillation, Grid, groundState, Propagator, thomasFermi, Trap } from "./physics.mjs";
import { radialChemicalPotential } from "./radial.mjs";

/**
 * @param {Awaited<ReturnType<import("./checkpoints.mjs").openStep>>} items of the last checkpoint
 * @returns {{ name: string, measured: number, reference: number, tolerance: number, source: string, ok: boolean }[]}
 */
export function checkPhysics({ simulation, groundState: ground }) {
  const { series } = simulation.recorder;
  const [time, norm, energy, radius2, angularMomentum] = [
    "time",
    "norm",
    "energy",
    "radius2",
    "angularMomentum",
  ].map((name) => series.get(name));
  const { omega } = simulation.trap;
  const dt2 = simulation.dt ** 2; // the error of symmetric split steps goes with it
  const breathing = fitOscillation(time, radius2, 1.9 * omega);

  const rows = [
    ["ground state at g = 0, E", gaussianEnergy(), 1, 1e-9, "exact: ħω"],
    [
      `ground state, μ (${thomasFermi(ground.trap, ground.interaction).toFixed(2)} Thomas-Fermi)`,
      ground.chemicalPotential,
      radialChemicalPotential(ground.trap.omega, ground.interaction),
      1e-5 * ground.chemicalPotential,
      "radial mesh",
    ],
    [
      "its virial, (kin + int) / trap",
      (ground.kineticEnergy + ground.interactionEnergy) / ground.trapEnergy,
      1,
      1e-5,
      "exact",
    ],
    ["norm, change", spread(norm), 0, 1e-10, "conserved"],
    ["energy, relative change", spread(energy) / energy[0], 0, 0.3 * dt2, "conserved"],
    ["angular momentum, change", spread(angularMomentum), 0, 1e-4, "conserved"],
    ["breathing frequency", breathing.frequency, 2 * omega, dt2, "exact: 2ω [1]"],
    ["mean of ⟨r²⟩", breathing.mean, energy[0] / omega ** 2, 5 * dt2, "exact: E/ω² [1]"],
  ];
  return rows.map(([name, measured, reference, tolerance, source]) => ({
    name,
    measured,
    reference,
    tolerance,
    source,
    ok: Math.abs(measured - reference) <= tolerance, // false for NaN, too
  }));
}

/** Where the exact results come from. */
export const literature = "[1] Pitaevskii and Rosch, Phys. Rev. A 55, R853 (1997), cond-mat/9608135";

/** Without interaction the ground state is a Gaussian, and its energy 1. */
function gaussianEnergy() {
  const grid = new Grid(64, 16);
  const trap = new Trap(1);
  return new Propagator(grid, trap, 0).observe(groundState(grid, trap, 0)).energy;
}

function spread(values) {
  return Math.max(...values) - Math.min(...values);
}
