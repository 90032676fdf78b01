// A picture of the density in characters.

const shades = " .:-=+*#%@";

/**
 * The density |ψ|² of the middle part of the box, as lines of text. A character is twice as high as it is wide.
 * @param {import("./physics.mjs").Simulation} simulation
 */
export function densityPicture({ grid, psi }, { rows = 15, halfWidth = 7 } = {}) {
  const density = (x, y) => {
    const [i, j] = [y, x].map((value) => Math.round(value / grid.spacing) + grid.n / 2);
    const place = 2 * (i * grid.n + j);
    return psi.data[place] ** 2 + psi.data[place + 1] ** 2;
  };
  const at = (index, count) => ((2 * index + 1) / count - 1) * halfWidth;
  const values = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: 2 * rows }, (__, j) => density(at(j, 2 * rows), -at(i, rows))),
  );
  const highest = Math.max(...values.flat());
  return values.map((row) =>
    row
      .map((value) => shades[Math.min(Math.floor((value / highest) * shades.length), shades.length - 1)])
      .join(""),
  );
}
