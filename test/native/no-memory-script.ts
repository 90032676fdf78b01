// What the addon does with arrays, each thing again and again with its k-th allocation failing, for every k until one run in
// which nothing is left to fail. Runs under no-memory.c; prints a line of JSON for each thing.
import { execFileSync } from "node:child_process";
import { openSync, readFileSync, readSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  PersistError,
  createArray,
  listArrays,
  mapArray,
  openArray,
  readArray,
  readArrays,
  writeArray,
  writeArrays,
} from "persist-archive";
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

/** Tells the library where the addon's code lies, and in it that of the HDF5 library. */
function findAddon(): void {
  native();
  const maps = readFileSync("/proc/self/maps", "latin1").split("\n");
  const lines = maps.filter((line) => line.includes("persist_archive.node"));
  const rangeOf = (line: string | undefined): bigint[] =>
    line!
      .split(" ")[0]!
      .split("-")
      .map((address) => BigInt(`0x${address}`));
  const base = rangeOf(lines[0])[0]!;
  const [from, to] = rangeOf(lines.find((line) => line.includes(" r-xp ")));
  const path = lines[0]!.slice(lines[0]!.indexOf("/"));
  const hdf5 = execFileSync("nm", [path], { encoding: "latin1", maxBuffer: 2 ** 26 })
    .split("\n")
    .filter((line) => / [tT] H5[A-Z]/.test(line))
    .map((line) => BigInt(`0x${line.split(" ")[0]}`))
    .toSorted((a, b) => (a < b ? -1 : 1));
  write(0, from!, to!, base + hdf5[0]!, base + hdf5.at(-1)! + 4096n);
}

const data = Float64Array.from({ length: 300_000 }, (_, k) => k % 1000);
const file = (name: string): string => join(directory, name);
const matrix = { data, shape: [300, 1000] };
const selection = [
  [0, null, 3],
  [1, 40],
] as const;

const many = Object.fromEntries(
  Array.from({ length: 12 }, (_, k) => [`a${k}`, new Float64Array(20).fill(k)]),
);

/** Each must fail with an error, or succeed. */
const things: Record<string, () => unknown> = {
  "write npy": () => writeArray(file("w.npy"), matrix, { durability: "full" }),
  "write little npy": () => writeArray(file("l.npy"), new Float64Array(10)),
  "write npz": () => writeArray(file("w.npz#a"), matrix),
  "write deflated npz": () => writeArray(file("d.npz#a"), data, { compress: true }),
  "write hdf5": () => writeArray(file("w.h5#g/a"), matrix),
  "write deflated hdf5": () => writeArray(file("d.h5#a"), matrix, { compress: true }),
  "write many npz": () => writeArrays(file("m.npz"), many),
  "write many hdf5": () => writeArrays(file("m.h5"), many),
  "read many npz": async () => isAllOf(await readArrays(file("many.npz"))),
  "read many hdf5": async () => isAllOf(await readArrays(file("many.h5"))),
  "read npy": () => readArray(file("a.npy")),
  "read a part of npy": () => readArray(file("a.npy"), { selection }),
  "read npz": () => readArray(file("a.npz#a")),
  "read deflated npz": () => readArray(file("a.npz#deflated")),
  "read a part of deflated npz": () => readArray(file("a.npz#deflated"), { selection }),
  "read hdf5": () => readArray(file("a.h5#g/a")),
  "read deflated hdf5": () => readArray(file("a.h5#deflated")),
  "read a part of deflated hdf5": () => readArray(file("a.h5#deflated"), { selection }),
  "list npz": () => listArrays(file("a.npz")),
  "list hdf5": () => listArrays(file("a.h5")),
  "map npy": () => mapAndClose("a.npy"),
  "map npz": () => mapAndClose("a.npz#a"),
  "map hdf5": () => mapAndClose("a.h5#g/a"),
  "open npy": () => change("a.npy"),
  "open hdf5": () => change("a.h5#g/a"),
  "open deflated hdf5": () => change("a.h5#deflated"),
  "grow npy": () => grow("g.npy", false),
  "grow hdf5": () => grow("g.h5#a", false),
  "grow deflated hdf5": () => grow("gd.h5#a", true),
};

/** What was read in spite of the failure must be right. */
function isAllOf(read: Awaited<ReturnType<typeof readArrays>>): void {
  for (const [name, array] of Object.entries(many))
    if (read[name]!.data.toString() !== array.toString()) throw new Error(`${name} is another array`);
}

/** Writes a part of an array, and reads another. */
async function change(path: string): Promise<void> {
  const opened = await openArray(file(path), { mode: "r+" });
  try {
    await opened.write({ data: data.subarray(0, 10), shape: [1, 10] }, { start: [3, 5] });
    await opened.read({ selection });
    await opened.flush();
  } finally {
    await opened.close();
  }
}

/** Makes an array anew, and appends to it. */
async function grow(path: string, compress: boolean): Promise<void> {
  rmSync(file(path.split("#")[0]!), { force: true });
  const opened = await createArray(file(path), { dtype: "float64", shape: [null, 100], compress });
  try {
    for (const rows of [3, 40]) {
      await opened.append({ data: data.subarray(0, rows * 100), shape: [rows, 100] });
      await opened.flush();
    }
  } finally {
    await opened.close();
  }
}

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
await writeArray(file("a.h5#deflated"), matrix, { compress: true });
await writeArrays(file("many.npz"), many);
await writeArrays(file("many.h5"), many);
findAddon();
for (const [name, thing] of Object.entries(things)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (let time = 0; time < 3; time++) await thing(); // what is made once is there
  const descriptors = readdirSync("/proc/self/fd").length;
  const [live, mappings] = [read(6), native().liveMappings()];
  let failed = 0;
  let at = 1;
  for (let count = at; count >= at; at++) {
    write(4, BigInt(at), 0n);
    try {
      await thing();
    } catch (error) {
      failed++;
      if (!(error instanceof PersistError || error instanceof RangeError)) throw error;
    }
    count = read(5);
    write(4, 0n);
    await thing();
  }
  const left = (): Record<string, number> => ({
    blocks: read(6) - live,
    descriptors: readdirSync("/proc/self/fd").length - descriptors,
    mappings: native().liveMappings() - mappings,
    files: readdirSync(directory).filter((entry) => entry.endsWith(".tmp")).length,
  });
  // what nobody refers to is given back by the collector, or on the HDF5 thread
  const isLevel = ({ blocks, descriptors: open, mappings: mapped }: Record<string, number>): boolean =>
    blocks! < 5 && open! <= 0 && mapped! <= 0;
  for (let turn = 0; turn < 100 && !isLevel(left()); turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  console.log(JSON.stringify({ name, allocations: at - 2, failed, left: left() }));
}
