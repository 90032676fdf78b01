// A picture of the density in characters.

const shades = " .:-=+*#%@";

/**
 * The density |ψ|² of the middle part of the box, as lines of text; a character is twice as high as it is wide. Each
 * shows the lowest density of its cell, or the thin cores of vortices would fall between them.
 * @param {import("./physics.mjs").Simulation} simulation
 */
export function densityPicture({ grid, psi, recorder }, rows = 16) {
  const halfWidth = 1.75 * Math.sqrt(recorder.series.get("radius2").at(-1)); // the Thomas-Fermi radius and a little more
  const lowest = (x0, y0, width, height) => {
    let density = Infinity;
    for (const y of [y0, y0 + height / 3, y0 + (2 * height) / 3])
      for (const x of [x0, x0 + width / 3, x0 + (2 * width) / 3]) {
        const [i, j] = [y, x].map((value) => Math.round(value / grid.spacing) + grid.n / 2);
        const place = 2 * (i * grid.n + j);
        density = Math.min(density, psi.data[place] ** 2 + psi.data[place + 1] ** 2);
      }
    return density;
  };
  const height = (2 * halfWidth) / rows;
  const cells = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: 2 * rows }, (__, j) =>
      lowest((j * height) / 2 - halfWidth, halfWidth - (i + 1) * height, height / 2, height),
    ),
  );
  const highest = Math.max(...cells.flat());
  const shade = (density) =>
    shades[Math.min(Math.floor((density / highest) * shades.length), shades.length - 1)];
  return cells.map((row) => row.map(shade).join(""));
}
