// What the addon does with arrays, each thing again and again with its k-th allocation failing, for every k until one run in
// which nothing is left to fail. Runs under no-memory.c; prints a line of JSON for each thing.
import { openSync, readFileSync, readSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { PersistError, listArrays, mapArray, openArray, readArray, writeArray } from "persist-archive";
import { native } from "#dist/native.js";

const [planFile = "", directory = "", ...wanted] = process.argv.slice(2);
const plan = openSync(planFile, "r+");

function write(index: number, ...numbers: bigint[]): void {
  writeSync(plan, BigUint64Array.from(numbers), 0, 8 * numbers.length, 8 * index);
}

function read(index: number): number {
  const number = new BigInt64Array(1);
  readSync(plan, number, 0, 8, 8 * index);
  return Number(number[0]);
}

/** Tells the library where the addon's code lies. */
function findAddon(): void {
  native();
  const code = readFileSync("/proc/self/maps", "latin1")
    .split("\n")
    .find((line) => line.includes("persist_archive.node") && line.includes(" r-xp "));
  const [from, to] = code!.split(" ")[0]!.split("-");
  write(0, BigInt(`0x${from}`), BigInt(`0x${to}`));
}

const data = Float64Array.from({ length: 300_000 }, (_, k) => k % 1000);
const file = (name: string): string => join(directory, name);
const matrix = { data, shape: [300, 1000] };
const selection = [
  [0, null, 3],
  [1, 40],
] as const;

/** Each must fail with an error, or succeed. */
const things: Record<string, () => unknown> = {
  "write npy": () => writeArray(file("w.npy"), matrix, { durability: "full" }),
  "write little npy": () => writeArray(file("l.npy"), new Float64Array(10)),
  "write npz": () => writeArray(file("w.npz#a"), matrix),
  "write deflated npz": () => writeArray(file("d.npz#a"), data, { compress: true }),
  "write hdf5": () => writeArray(file("w.h5#g/a"), matrix),
  "read npy": () => readArray(file("a.npy")),
  "read a part of npy": () => readArray(file("a.npy"), { selection }),
  "read npz": () => readArray(file("a.npz#a")),
  "read deflated npz": () => readArray(file("a.npz#deflated")),
  "read a part of deflated npz": () => readArray(file("a.npz#deflated"), { selection }),
  "read hdf5": () => readArray(file("a.h5#g/a")),
  "list npz": () => listArrays(file("a.npz")),
  "list hdf5": () => listArrays(file("a.h5")),
  "map npy": () => mapAndClose("a.npy"),
  "map npz": () => mapAndClose("a.npz#a"),
  "map hdf5": () => mapAndClose("a.h5#g/a"),
  "open npy": async () => {
    const opened = await openArray(file("a.npy"), { mode: "r+" });
    try {
      await opened.write({ data: data.subarray(0, 10), shape: [1, 10] }, { start: [3, 5] });
      await opened.flush();
    } finally {
      await opened.close();
    }
  },
};

function mapAndClose(name: string): void {
  const array = mapArray(file(name));
  array.slice([[2, 5]]);
  array.get(...array.shape.map(() => 0));
  array.close();
}

await writeArray(file("a.npy"), matrix);
await writeArray(file("a.npz#a"), matrix);
await writeArray(file("a.npz#deflated"), matrix, { compress: true });
await writeArray(file("a.h5#g/a"), matrix);
findAddon();
for (const [name, thing] of Object.entries(things)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (let time = 0; time < 3; time++) await thing(); // what is made once is there
  const descriptors = readdirSync("/proc/self/fd").length;
  const [live, mappings] = [read(4), native().liveMappings()];
  let failed = 0;
  let at = 1;
  for (let count = at; count >= at; at++) {
    write(2, BigInt(at), 0n);
    try {
      await thing();
    } catch (error) {
      failed++;
      if (!(error instanceof PersistError || error instanceof RangeError)) throw error;
    }
    count = read(3);
    write(2, 0n);
    await thing();
  }
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const left = {
    blocks: read(4) - live,
    descriptors: readdirSync("/proc/self/fd").length - descriptors,
    mappings: native().liveMappings() - mappings,
    files: readdirSync(directory).filter((entry) => entry.endsWith(".tmp")).length,
  };
  console.log(JSON.stringify({ name, allocations: at - 2, failed, left }));
}
