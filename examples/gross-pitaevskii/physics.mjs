// The Gross-Pitaevskii equation of a condensate in a two-dimensional harmonic trap, and its solution by split steps:
//
//     i ∂ψ/∂t = ( -∇²/2 + ω²(x² + y²)/2 + g|ψ|² ) ψ,      ∫|ψ|² = 1,
//
// in units where ħ, the mass and the frequency of the final trap are 1. Grid, Trap, Simulation and Recorder are what an
// archive holds: they keep parameters and state, nothing that can be computed from them. The tables that make a step
// quick belong to Propagator, which is made anew in every process.
import { FFT, transpose } from "./fft.mjs";

/** A square of n × n points, periodic, with its origin in the middle. */
export class Grid {
  /** @param {number} n points along one side, a power of two  @param {number} length of one side */
  constructor(n, length) {
    this.n = n;
    this.length = length;
  }

  get spacing() {
    return this.length / this.n;
  }

  /** Coordinates along one axis, n of them; both axes are alike. */
  coordinates() {
    return Float64Array.from({ length: this.n }, (_, j) => (j - this.n / 2) * this.spacing);
  }

  /** Wave numbers along one axis, in the order of `frequencies` (FFT.order). */
  wavenumbers(frequencies) {
    const { n, length } = this;
    return Float64Array.from(frequencies, (m) => ((m < n / 2 ? m : m - n) * 2 * Math.PI) / length);
  }
}

/** The potential ω²(x² + y²)/2. */
export class Trap {
  constructor(omega) {
    this.omega = omega;
  }

  potential(x, y) {
    return (this.omega ** 2 * (x * x + y * y)) / 2;
  }
}

/** All that a restart needs: the field, its parameters, and where in time it stands. */
export class Simulation {
  /**
   * @param {object} setup
   * @param {Grid} setup.grid
   * @param {Trap} setup.trap
   * @param {number} setup.interaction g, the strength of the contact interaction
   * @param {number} setup.dt time step
   * @param {import("persist-archive").NDArray} setup.psi the field: complex128, n × n
   */
  constructor({ grid, trap, interaction, dt, psi }) {
    this.grid = grid;
    this.trap = trap;
    this.interaction = interaction;
    this.dt = dt;
    this.step = 0;
    this.psi = psi;
    this.recorder = new Recorder(this);
  }

  get time() {
    return this.step * this.dt;
  }
}

/** Remembers observables as the simulation goes. It knows its simulation, as the simulation knows it: a cycle. */
export class Recorder {
  constructor(simulation) {
    this.simulation = simulation;
    this.series = new Map(["time", "norm", "energy", "radius2", "angularMomentum"].map((name) => [name, []]));
  }

  /** Appends one value to every series. @param {ReturnType<Propagator["observe"]>} observables */
  record(observables) {
    for (const [name, values] of this.series)
      values.push(name === "time" ? this.simulation.time : observables[name]);
  }
}

/** Moves a field forward, in real time or in imaginary time, by symmetric split steps of second order. */
export class Propagator {
  /** @param {Grid} grid  @param {Trap} trap  @param {number} interaction */
  constructor(grid, trap, interaction) {
    const { n } = grid;
    this.grid = grid;
    this.interaction = interaction;
    this.fft = new FFT(n);
    this.x = grid.coordinates();
    this.k = grid.wavenumbers(this.fft.order);
    this.scratch = new Float64Array(2 * n * n);
    this.potential = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) this.potential[i * n + j] = trap.potential(this.x[j], this.x[i]);
  }

  /** One step of real time on the interleaved field `psi`. */
  step(psi, dt) {
    this.turn(psi, dt / 2);
    this.drift(psi, (k) => [Math.cos((k * k * dt) / 2), -Math.sin((k * k * dt) / 2)]);
    this.turn(psi, dt / 2);
  }

  /**
   * One step of imaginary time, which damps everything but the ground state. `mu` is the best guess of the chemical
   * potential; measured from it the ground state neither grows nor shrinks, and the guess is improved until that is so.
   * @returns {number} the improved guess
   */
  relax(psi, dt, mu) {
    this.damp(psi, dt / 2, mu);
    this.drift(psi, (k) => [Math.exp((-k * k * dt) / 2), 0]);
    this.damp(psi, dt / 2, mu);
    return mu - Math.log(normalize(psi, this.grid)) / (2 * dt);
  }

  /** The potential's part of a step: multiplies by exp(-i (V + g|ψ|²) dt). */
  turn(psi, dt) {
    const { potential, interaction } = this;
    for (let p = 0; p < potential.length; p++) {
      const re = psi[2 * p];
      const im = psi[2 * p + 1];
      const angle = (potential[p] + interaction * (re * re + im * im)) * dt;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      psi[2 * p] = re * c + im * s;
      psi[2 * p + 1] = im * c - re * s;
    }
  }

  /** The same in imaginary time, where the density changes on the way: solves n' = -2 (V - μ + g n) n exactly. */
  damp(psi, dt, mu) {
    const { potential, interaction } = this;
    for (let p = 0; p < potential.length; p++) {
      const density = psi[2 * p] ** 2 + psi[2 * p + 1] ** 2;
      const rate = 2 * (potential[p] - mu);
      const elapsed = rate === 0 ? dt : -Math.expm1(-rate * dt) / rate;
      const factor = Math.exp((-rate * dt) / 2) / Math.sqrt(1 + 2 * interaction * density * elapsed);
      psi[2 * p] *= factor;
      psi[2 * p + 1] *= factor;
    }
  }

  /** The kinetic part: it separates, so rows are done first, then columns as rows of the transpose. */
  drift(psi, factorOf) {
    const { n } = this.grid;
    const factors = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      const [re, im] = factorOf(this.k[i]);
      factors[2 * i] = re / n; // the inverse transform leaves n times the field
      factors[2 * i + 1] = im / n;
    }
    this.driftRows(psi, factors);
    transpose(psi, this.scratch, n);
    this.driftRows(this.scratch, factors);
    transpose(this.scratch, psi, n);
  }

  driftRows(field, factors) {
    const { fft } = this;
    for (let start = 0; start < field.length; start += factors.length) {
      fft.forward(field, start);
      for (let i = 0; i < factors.length; i += 2) {
        const re = field[start + i];
        const im = field[start + i + 1];
        field[start + i] = re * factors[i] - im * factors[i + 1];
        field[start + i + 1] = re * factors[i + 1] + im * factors[i];
      }
      fft.inverse(field, start);
    }
  }

  /**
   * What can be measured, all per particle: norm, energies, ⟨x² + y²⟩, angular momentum, and the chemical potential (of
   * a stationary state).
   */
  observe(psi) {
    const { grid, x, potential, interaction } = this;
    const { n } = grid;
    const area = grid.spacing ** 2;
    let norm = 0;
    let trapped = 0;
    let interacting = 0;
    let radius2 = 0;
    for (let i = 0, p = 0; i < n; i++)
      for (let j = 0; j < n; j++, p++) {
        const density = psi[2 * p] ** 2 + psi[2 * p + 1] ** 2;
        norm += density;
        trapped += density * potential[p];
        interacting += (density * density * interaction) / 2;
        radius2 += density * (x[i] ** 2 + x[j] ** 2);
      }
    const alongX = this.momenta(psi, false);
    const alongY = this.momenta(psi, true);
    const kinetic = (alongX.squared + alongY.squared) / 2 / norm;
    const trapEnergy = trapped / norm;
    const interactionEnergy = interacting / norm;
    return {
      norm: norm * area,
      kineticEnergy: kinetic,
      trapEnergy,
      interactionEnergy,
      energy: kinetic + trapEnergy + interactionEnergy,
      chemicalPotential: kinetic + trapEnergy + 2 * interactionEnergy,
      radius2: radius2 / norm,
      angularMomentum: (alongY.lever - alongX.lever) / norm, // x p_y - y p_x
    };
  }

  /** Sums over one axis: of k², and of k times the other axis's coordinate, both weighted with |ψ(k)|². */
  momenta(psi, columns) {
    const { scratch, x, k } = this;
    const { n } = this.grid;
    if (columns) transpose(psi, scratch, n);
    else scratch.set(psi);
    let squared = 0;
    let lever = 0;
    for (let i = 0; i < n; i++) {
      this.fft.forward(scratch, 2 * n * i);
      for (let m = 0; m < n; m++) {
        const weight = (scratch[2 * (n * i + m)] ** 2 + scratch[2 * (n * i + m) + 1] ** 2) / n;
        squared += weight * k[m] ** 2;
        lever += weight * k[m] * x[i];
      }
    }
    return { squared, lever };
  }
}

/** Scales a field to ∫|ψ|² = 1, and returns what the integral was. */
export function normalize(psi, grid) {
  let sum = 0;
  for (let p = 0; p < psi.length; p++) sum += psi[p] * psi[p];
  const norm = sum * grid.spacing ** 2;
  const scale = 1 / Math.sqrt(norm);
  for (let p = 0; p < psi.length; p++) psi[p] *= scale;
  return norm;
}

/**
 * The ground state by imaginary time, from the Thomas-Fermi profile (a Gaussian when there is no interaction). Steps get
 * shorter on the way, because the state they converge to is off by the square of a step.
 * @returns {Float64Array} interleaved complex numbers, n × n
 */
export function groundState(grid, trap, interaction) {
  const propagator = new Propagator(grid, trap, interaction);
  const psi = new Float64Array(2 * grid.n ** 2);
  let mu = thomasFermi(trap, interaction);
  propagator.potential.forEach((v, p) => {
    psi[2 * p] = Math.sqrt(Math.max(mu - v, 0)) + Math.exp(-v / trap.omega);
  });
  normalize(psi, grid);
  for (const [dt, duration] of [
    [0.02, 6],
    [0.002, 1.5],
  ])
    for (let step = 0; step < duration / dt; step++) mu = propagator.relax(psi, dt / trap.omega, mu);
  return psi;
}

/** The chemical potential where the kinetic energy does not matter: ω √(g/π). */
export function thomasFermi(trap, interaction) {
  return trap.omega * Math.sqrt(interaction / Math.PI);
}

/**
 * The same field on a finer grid of the same size: its Fourier series is kept as it is, so a field that the coarse grid
 * resolves is exact on the fine one. Rows first, then columns.
 */
export function refine(psi, coarse, fine) {
  const rows = refineRows(psi, coarse.n, coarse.n, fine.n); // coarse rows of fine.n points
  const columns = new Float64Array(rows.length);
  for (let i = 0; i < coarse.n; i++)
    for (let j = 0; j < fine.n; j++) {
      columns[2 * (j * coarse.n + i)] = rows[2 * (i * fine.n + j)];
      columns[2 * (j * coarse.n + i) + 1] = rows[2 * (i * fine.n + j) + 1];
    }
  const finer = refineRows(columns, fine.n, coarse.n, fine.n);
  const result = new Float64Array(finer.length);
  transpose(finer, result, fine.n);
  return result;
}

function refineRows(field, rows, from, to) {
  const short = new FFT(from);
  const long = new FFT(to);
  const source = field.slice();
  const result = new Float64Array(2 * rows * to);
  const place = new Map(Array.from(long.order, (frequency, i) => [frequency, i]));
  for (let row = 0; row < rows; row++) {
    short.forward(source, 2 * from * row);
    for (let i = 0; i < from; i++) {
      const frequency = short.order[i] < from / 2 ? short.order[i] : short.order[i] + to - from;
      const target = 2 * (to * row + place.get(frequency));
      result[target] = source[2 * (from * row + i)] / from;
      result[target + 1] = source[2 * (from * row + i) + 1] / from;
    }
    long.inverse(result, 2 * to * row);
  }
  return result;
}

/** Imprints singly quantized vortices: a zero of the field, with a core as wide as `width`, at each place [x, y]. */
export function addVortices(psi, grid, places, width) {
  const x = grid.coordinates();
  for (let i = 0, p = 0; i < grid.n; i++)
    for (let j = 0; j < grid.n; j++, p += 2)
      for (const [x0, y0] of places) {
        const dx = x[j] - x0;
        const dy = x[i] - y0;
        const scale = 1 / Math.hypot(dx, dy, width);
        const re = psi[p];
        psi[p] = (re * dx - psi[p + 1] * dy) * scale;
        psi[p + 1] = (re * dy + psi[p + 1] * dx) * scale;
      }
  normalize(psi, grid);
}

/**
 * Fits a + b cos(νt) + c sin(νt) to a series by Gauss-Newton, starting from a guess of ν.
 * @returns {{ mean: number, frequency: number, amplitude: number, residual: number }}
 */
export function fitOscillation(times, values, guess) {
  let frequency = guess;
  let best;
  for (let round = 0; round < 20; round++) {
    const basis = times.map((t) => [1, Math.cos(frequency * t), Math.sin(frequency * t)]);
    const [a, b, c] = leastSquares(basis, values);
    const misfit = values.map((v, i) => v - a - b * basis[i][1] - c * basis[i][2]);
    best = { mean: a, frequency, amplitude: Math.hypot(b, c), residual: Math.max(...misfit.map(Math.abs)) };
    const withSlope = basis.map((row, i) => [...row, times[i] * (c * row[1] - b * row[2])]);
    const change = leastSquares(withSlope, misfit)[3];
    frequency += change;
    if (Math.abs(change) < 1e-13) break;
  }
  return best;
}

/** Solves the normal equations by elimination: a handful of unknowns, well conditioned. */
function leastSquares(rows, values) {
  const size = rows[0].length;
  const m = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (__, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
    rows.reduce((sum, row, r) => sum + row[i] * values[r], 0),
  ]);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      if (i === j) continue;
      const factor = m[j][i] / m[i][i];
      for (let k = i; k <= size; k++) m[j][k] -= factor * m[i][k];
    }
  return m.map((row, i) => row[size] / row[i]);
}
