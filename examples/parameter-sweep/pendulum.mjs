// What is computed: the damped, driven pendulum,
//
//     θ'' = -sin θ - γ θ' + F cos(ωt),        γ = 1/2, ω = 2/3,
//
// seen once in each period of the drive. As the drive F grows, it repeats itself after one period, after two, after four, or never.
import { NDArray } from "persist-archive";

const damping = 1 / 2;
const frequency = 2 / 3;
const steps_per_period = 300;
const shown = 192;

/** The drives of the sweep, by the names of their items: `drive_0` … */
export function points(count) {
  return Array.from({ length: count }, (_, i) => ({
    name: `drive_${i}`,
    drive: 0.9 + (0.6 * i) / (count - 1),
  }));
}

/** The Poincaré section at one drive, after `transient` periods, and after how many periods it repeats itself (0: it does not). */
export function simulate(drive, transient) {
  const dt = (2 * Math.PI) / frequency / steps_per_period;
  const section = new NDArray({ data: new Float64Array(2 * shown), shape: [shown, 2], dtype: "float64" });
  let state = [0.2, 0];
  for (let period = 0; period < transient + shown; period++) {
    for (let step = 0; step < steps_per_period; step++) state = rungeKutta(state, step * dt, dt, drive);
    state[0] = Math.atan2(Math.sin(state[0]), Math.cos(state[0]));
    if (period >= transient) section.data.set(state, 2 * (period - transient));
  }
  return { section, period: periodOf(section) };
}

function rungeKutta([x, v], t, dt, drive) {
  const force = (at, y, w) => -Math.sin(y) - damping * w + drive * Math.cos(frequency * at);
  const a1 = force(t, x, v);
  const v2 = v + (a1 * dt) / 2;
  const a2 = force(t + dt / 2, x + (v * dt) / 2, v2);
  const v3 = v + (a2 * dt) / 2;
  const a3 = force(t + dt / 2, x + (v2 * dt) / 2, v3);
  const v4 = v + a3 * dt;
  const a4 = force(t + dt, x + v3 * dt, v4);
  return [x + ((v + 2 * v2 + 2 * v3 + v4) * dt) / 6, v + ((a1 + 2 * a2 + 2 * a3 + a4) * dt) / 6];
}

/** The least power of two up to 32 after which the section repeats itself; 0 for none. */
function periodOf({ data }) {
  for (let period = 1; period <= 32; period *= 2) {
    let largest = 0;
    for (let i = data.length - 2 * period - 64; i < data.length - 2 * period; i++)
      largest = Math.max(largest, Math.abs(data[i] - data[i + 2 * period]));
    if (largest < 1e-5) return period;
  }
  return 0;
}

/** What is in the books (Baker and Gollub, Chaotic Dynamics): the period at some drives, in the middle of a wide range of it. */
export const literature = [
  { drive: 0.9, period: 1 },
  { drive: 1.35, period: 1 },
  { drive: 1.45, period: 2 },
];
