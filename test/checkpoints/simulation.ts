// A run that is killed: a state of arrays, a random generator and a Map, advanced step by step. What it says is a line of JSON for each durable step,
// and at the end the hash of the state. It goes on from the newest checkpoint.
import { createHash } from "node:crypto";
import { Checkpoints } from "persist-archive";
import { randomNumbers } from "../support/random.ts";

interface State {
  random: number;
  x: Float64Array;
  v: Float64Array;
  mass: Float64Array;
  history: Map<number, number>;
}

const [directory = "", last = "", options = "{}"] = process.argv.slice(2);
const SIZE = 20_000;

function begin(): State {
  return {
    random: 12345,
    x: new Float64Array(SIZE),
    v: Float64Array.from({ length: SIZE }, (_, i) => Math.sin(i)),
    mass: Float64Array.from({ length: SIZE }, (_, i) => 1 + (i % 7)),
    history: new Map(),
  };
}

function advance(state: State, step: number): void {
  const next = randomNumbers(state.random);
  for (let i = 0; i < SIZE; i++) {
    state.v[i]! -= (0.01 * state.x[i]!) / state.mass[i]! + 1e-6 * next();
    state.x[i]! += 0.01 * state.v[i]!;
  }
  state.random = Math.floor(next() * 2 ** 31);
  state.history.set(step, state.x[step % SIZE]!);
}

const checkpoints = await Checkpoints.open(directory, JSON.parse(options) as object);
const found = await checkpoints.latest();
const state = (found?.items ?? begin()) as unknown as State;
console.log(JSON.stringify({ resumed: found?.step ?? 0, skipped: found?.skipped.length ?? 0 }));
const from = found?.step ?? null;
const trajectory = await checkpoints.trajectory("path", { dtype: "float64", shape: [10], from });
for (let step = (found?.step ?? 0) + 1; step <= Number(last); step++) {
  advance(state, step);
  await trajectory.append(state.x.slice(0, 10));
  const { durable } = await checkpoints.save(step, state as unknown as Record<string, unknown>);
  void durable.then(() => process.stdout.write(`{"durable":${step}}\n`));
}
await checkpoints.close();
const hash = createHash("sha256");
for (const array of [state.x, state.v, state.mass]) hash.update(array);
console.log(
  JSON.stringify({ hash: hash.update(JSON.stringify([state.random, ...state.history])).digest("hex") }),
);
