// Numbers rounded to two decimals, of a walk that nobody can foresee: they compress to about a third.
import { random } from "./random.mjs";

export function decimals(count) {
  const next = random(7);
  const data = new Float64Array(count);
  let x = 0;
  for (let k = 0; k < count; k++) {
    x += next() - 0.5;
    data[k] = Math.round(100 * x) / 100;
  }
  return data;
}
