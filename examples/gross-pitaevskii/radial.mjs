// The ground state once more, by another road: the radial equation on a one-dimensional mesh, solved by Newton's method.
// It shares nothing with the split-step code, so agreement of the two says something.

/**
 * Chemical potential of the ground state in the trap ω, with ∫|ψ|² = 1. The mesh's error goes with the square of its
 * spacing; two meshes and extrapolation leave about 1e-8.
 */
export function radialChemicalPotential(omega, interaction, { radius = 10, points = 1000 } = {}) {
  const coarse = solve(omega, interaction, radius, points);
  const fine = solve(omega, interaction, radius, 2 * points);
  return fine + (fine - coarse) / 3;
}

function solve(omega, interaction, radius, points) {
  const h = radius / points;
  const r = Float64Array.from({ length: points }, (_, j) => (j + 0.5) * h);
  const u = r.map((rj) => Math.sqrt(omega / Math.PI) * Math.exp((-omega * rj * rj) / 2)); // exact without interaction
  let mu = omega;
  const rungs = Math.max(1, Math.ceil(Math.log2(interaction + 1)) * 2);
  for (let rung = 1; rung <= rungs; rung++) {
    const g = rung === rungs ? interaction : 2 ** (rung / 2) - 1;
    for (let round = 0; round < 50; round++) {
      const { change, muChange } = newtonStep(u, mu, { omega, g, r, h });
      let largest = 0;
      for (let j = 0; j < points; j++) {
        u[j] += change[j];
        largest = Math.max(largest, Math.abs(change[j]));
      }
      mu += muChange;
      if (largest < 1e-12) break;
    }
  }
  return mu;
}

/** One step for (u, μ): the Jacobian is tridiagonal with a border, so two sweeps solve it. */
function newtonStep(u, mu, { omega, g, r, h }) {
  const n = u.length;
  const diagonal = new Float64Array(n);
  const upper = new Float64Array(n);
  const residual = new Float64Array(n);
  const weight = new Float64Array(n); // of the norm: 2π r h
  let norm = 0;
  for (let j = 0; j < n; j++) {
    const inner = (r[j] - h / 2) / (2 * h * h); // both scaled by r, which makes the matrix symmetric
    const outer = (r[j] + h / 2) / (2 * h * h);
    const local = r[j] * ((omega * omega * r[j] * r[j]) / 2 - mu);
    const left = j > 0 ? u[j - 1] : 0; // inner is 0 there
    const right = j < n - 1 ? u[j + 1] : 0;
    upper[j] = -outer;
    diagonal[j] = inner + outer + local + 3 * g * r[j] * u[j] ** 2;
    residual[j] = (inner + outer + local + g * r[j] * u[j] ** 2) * u[j] - inner * left - outer * right;
    weight[j] = 2 * Math.PI * r[j] * h;
    norm += weight[j] * u[j] ** 2;
  }
  const byResidual = tridiagonal(diagonal, upper, residual);
  const byMu = tridiagonal(
    diagonal,
    upper,
    u.map((value, j) => value * r[j]),
  );
  let along = 0;
  let across = 0;
  for (let j = 0; j < n; j++) {
    along += 2 * weight[j] * u[j] * byMu[j];
    across += 2 * weight[j] * u[j] * byResidual[j];
  }
  const muChange = (1 - norm + across) / along;
  return { muChange, change: byMu.map((value, j) => muChange * value - byResidual[j]) };
}

/** Solves a symmetric tridiagonal system; `upper[j]` couples j and j + 1. */
function tridiagonal(diagonal, upper, right) {
  const n = right.length;
  const pivots = diagonal.slice();
  const x = right.slice();
  for (let j = 1; j < n; j++) {
    const factor = upper[j - 1] / pivots[j - 1];
    pivots[j] -= factor * upper[j - 1];
    x[j] -= factor * x[j - 1];
  }
  x[n - 1] /= pivots[n - 1];
  for (let j = n - 2; j >= 0; j--) x[j] = (x[j] - upper[j] * x[j + 1]) / pivots[j];
  return x;
}
