// Damaged HDF5 files, each made of a seed and a number.
import { readFileSync, readdirSync } from "node:fs";
import { randomNumbers } from "../support/random.ts";
import { damage } from "./damage.ts";

const FIXTURES = new URL("../../../test/fixtures/hdf5/", import.meta.url);
const LARGEST_BYTES = 100_000;

let seeds: Buffer[] | undefined;

/** The damaged file of a number. */
export function damagedFile(seed: number, k: number): Buffer {
  seeds ??= readdirSync(FIXTURES)
    .filter((name) => name.endsWith(".h5"))
    .toSorted()
    .map((name) => readFileSync(new URL(name, FIXTURES)))
    .filter(({ length }) => length <= LARGEST_BYTES);
  const random = randomNumbers(seed + 7919 * k);
  return damage(seeds[Math.floor(random() * seeds.length)]!, seeds, random);
}
