// A square membrane that is held at its edges: ∂²u/∂t² = ∇²u by central differences. The discrete equation has exact solutions, its modes.

/** dt / dx. Below 1/√2 the scheme is stable. */
export const COURANT = 0.5;

const [NODES_X, NODES_Y] = [3, 2];

/** The mode's form: size × size points inside the edges. */
export function mode(size) {
  const wave = (nodes, i) => Math.sin((Math.PI * nodes * (i + 1)) / (size + 1));
  return Float64Array.from(
    { length: size * size },
    (_, at) => wave(NODES_X, Math.floor(at / size)) * wave(NODES_Y, at % size),
  );
}

/** Its amplitude at a step: cos(ω step) with sin²(ω/2) = C² (sin²(kx/2) + sin²(ky/2)), the dispersion of the discrete equation. */
export function amplitude(size, step) {
  const half = (nodes) => Math.sin((Math.PI * nodes) / (2 * (size + 1))) ** 2;
  const omega = 2 * Math.asin(COURANT * Math.sqrt(half(NODES_X) + half(NODES_Y)));
  return Math.cos(omega * step);
}

/** Advances rows `from` to `to`: `field` is of this step, and `other` goes from the step before to the next. */
export function advanceRows(field, other, size, from, to) {
  const c2 = COURANT ** 2;
  for (let row = from; row < to; row++)
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const sum =
        (row > 0 ? field[at - size] : 0) +
        (row < size - 1 ? field[at + size] : 0) +
        (column > 0 ? field[at - 1] : 0) +
        (column < size - 1 ? field[at + 1] : 0);
      other[at] = 2 * field[at] - other[at] + c2 * (sum - 4 * field[at]);
    }
}
