// The physics of the example, by itself: transforms, steps and checks against results that are known exactly.
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Transform {
  order: Uint32Array;
  forward(row: Float64Array, start: number): void;
  inverse(row: Float64Array, start: number): void;
}
interface Observed {
  norm: number;
  energy: number;
  kineticEnergy: number;
  trapEnergy: number;
  interactionEnergy: number;
  chemicalPotential: number;
  radius2: number;
  angularMomentum: number;
}
interface Propagator {
  step(psi: Float64Array, dt: number): void;
  observe(psi: Float64Array): Observed;
}
interface Grid {
  n: number;
  spacing: number;
  coordinates(): Float64Array;
}
interface Physics {
  Grid: new (n: number, length: number) => Grid;
  Trap: new (omega: number) => object;
  Propagator: new (grid: Grid, trap: object, interaction: number) => Propagator;
  groundState(grid: Grid, trap: object, interaction: number): Float64Array;
  refine(psi: Float64Array, coarse: Grid, fine: Grid): Float64Array;
  addVortices(psi: Float64Array, grid: Grid, places: [number, number][], width: number): void;
  normalize(psi: Float64Array, grid: Grid): number;
  fitOscillation(
    times: number[],
    values: number[],
    guess: number,
  ): { mean: number; frequency: number; amplitude: number };
}
interface Fourier {
  FFT: new (n: number) => Transform;
  transpose(from: Float64Array, to: Float64Array, n: number): void;
}
interface Radial {
  radialChemicalPotential(omega: number, interaction: number): number;
}

describe("the physics of the example", () => {
  let physics: Physics;
  let fourier: Fourier;
  let radial: Radial;

  before(async () => {
    const load = (file: string): Promise<unknown> =>
      import(pathToFileURL(join("examples", "gross-pitaevskii", file)).href);
    physics = (await load("physics.mjs")) as Physics;
    fourier = (await load("fft.mjs")) as Fourier;
    radial = (await load("radial.mjs")) as Radial;
  });

  for (const n of [2, 4, 8, 16, 32, 64, 128])
    it(`transforms a row of ${n} as the definition says, and back`, () => {
      const fft = new fourier.FFT(n);
      const start = 6; // what lies before and behind the row stays as it is
      const row = Float64Array.from({ length: 2 * n + 12 }, (_, i) => Math.sin(i * i + 1));
      const original = row.slice();
      fft.forward(row, start);
      for (let place = 0; place < n; place++) {
        const k = fft.order[place]!;
        let re = 0;
        let im = 0;
        for (let j = 0; j < n; j++) {
          const angle = (-2 * Math.PI * ((j * k) % n)) / n;
          const [a, b] = [original[start + 2 * j]!, original[start + 2 * j + 1]!];
          re += a * Math.cos(angle) - b * Math.sin(angle);
          im += a * Math.sin(angle) + b * Math.cos(angle);
        }
        close(row[start + 2 * place]!, re, 1e-11);
        close(row[start + 2 * place + 1]!, im, 1e-11);
      }
      fft.inverse(row, start);
      for (const [i, value] of original.entries()) {
        const inside = i >= start && i < start + 2 * n;
        close(inside ? row[i]! / n : row[i]!, value, inside ? 1e-14 : 0);
      }
    });

  it("refuses a length that is no power of two", () => {
    assert.throws(() => new fourier.FFT(12), RangeError);
  });

  it("transposes", () => {
    const n = 64;
    const from = Float64Array.from({ length: 2 * n * n }, (_, i) => i);
    const to = new Float64Array(from.length);
    fourier.transpose(from, to, n);
    for (const [i, j] of [
      [0, 0],
      [3, 40],
      [63, 1],
    ] as const) {
      assert.equal(to[2 * (j * n + i)], from[2 * (i * n + j)]);
      assert.equal(to[2 * (j * n + i) + 1], from[2 * (i * n + j) + 1]);
    }
  });

  it("finds the Gaussian ground state without interaction: E = ω, ⟨r²⟩ = 1/ω", () => {
    const grid = new physics.Grid(64, 16);
    const trap = new physics.Trap(1.3);
    const found = new physics.Propagator(grid, trap, 0).observe(physics.groundState(grid, trap, 0));
    close(found.energy, 1.3, 1e-9);
    close(found.chemicalPotential, 1.3, 1e-9);
    close(found.radius2, 1 / 1.3, 1e-5);
    close(found.norm, 1, 1e-12);
    close(radial.radialChemicalPotential(1.3, 0), 1.3, 1e-8);
  });

  it("finds the interacting ground state: the radial equation agrees, the virial theorem holds", () => {
    const grid = new physics.Grid(64, 16);
    const trap = new physics.Trap(1);
    const found = new physics.Propagator(grid, trap, 50).observe(physics.groundState(grid, trap, 50));
    close(found.chemicalPotential, radial.radialChemicalPotential(1, 50), 1e-5);
    close(found.kineticEnergy + found.interactionEnergy, found.trapEnergy, 1e-5);
  });

  it("moves a displaced Gaussian round the trap, with the angular momentum of a classical particle", () => {
    const grid = new physics.Grid(64, 20);
    const x = grid.coordinates();
    const psi = new Float64Array(2 * grid.n ** 2);
    // a coherent state at (2, 0) that moves with velocity 1.5 along y
    for (let i = 0; i < grid.n; i++)
      for (let j = 0; j < grid.n; j++) {
        const size = Math.exp(-((x[j]! - 2) ** 2 + x[i]! ** 2) / 2);
        psi[2 * (i * grid.n + j)] = size * Math.cos(1.5 * x[i]!);
        psi[2 * (i * grid.n + j) + 1] = size * Math.sin(1.5 * x[i]!);
      }
    physics.normalize(psi, grid);
    const propagator = new physics.Propagator(grid, new physics.Trap(1), 0);
    const before = propagator.observe(psi);
    close(before.angularMomentum, 2 * 1.5, 1e-9);
    close(before.energy, 1 + (2 ** 2 + 1.5 ** 2) / 2, 1e-9);
    const steps = 200;
    for (let step = 0; step < steps; step++) propagator.step(psi, Math.PI / 2 / steps);
    const after = propagator.observe(psi); // a quarter of a period later: at (0, 1.5)
    close(after.radius2, 1.5 ** 2 + 1, 1e-4);
    close(after.angularMomentum, 3, 1e-9);
    close(after.norm, 1, 1e-12);
  });

  it("keeps a field as it is on a finer grid", () => {
    const coarse = new physics.Grid(32, 12);
    const fine = new physics.Grid(128, 12);
    const field = (grid: Grid): Float64Array => {
      const x = grid.coordinates();
      const psi = new Float64Array(2 * grid.n ** 2);
      for (let i = 0; i < grid.n; i++)
        for (let j = 0; j < grid.n; j++) {
          const size = Math.exp(-(x[i]! ** 2) - (x[j]! - 0.5) ** 2 / 2);
          psi[2 * (i * grid.n + j)] = size;
          psi[2 * (i * grid.n + j) + 1] = size * x[i]!;
        }
      return psi;
    };
    const refined = physics.refine(field(coarse), coarse, fine);
    const expected = field(fine);
    for (const [i, value] of expected.entries()) close(refined[i]!, value, 2e-6);
  });

  it("imprints a vortex that carries one quantum of angular momentum", () => {
    const grid = new physics.Grid(64, 16);
    const trap = new physics.Trap(1);
    const psi = physics.groundState(grid, trap, 0);
    physics.addVortices(psi, grid, [[0, 0]], 1.5);
    close(new physics.Propagator(grid, trap, 0).observe(psi).angularMomentum, 1, 1e-8);
  });

  it("fits a frequency to the last digits", () => {
    const times = Array.from({ length: 100 }, (_, i) => i * 0.03);
    const values = times.map((t) => 5 + 2 * Math.cos(2 * t) - 0.5 * Math.sin(2 * t));
    const { mean, frequency, amplitude } = physics.fitOscillation(times, values, 1.9);
    close(frequency, 2, 1e-10);
    close(mean, 5, 1e-10);
    close(amplitude, Math.hypot(2, 0.5), 1e-10);
  });
});

function close(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}
