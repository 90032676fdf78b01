// Damages npy headers and npz files and opens them, by the million, in this one process (`npm run fuzz:npy`, `npm run fuzz:npz`: under the
// sanitizers). Headers are parsed where they are in memory; what their parser takes is then read from a file, as every npz
// file is. Arguments: the format, how many, the seed.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PersistError, listArrays, readArray, readArrays } from "persist-archive";
import { headerSize, parseNpyHeader } from "#dist/store/npy-header.js";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { damage } from "./damage.ts";
import { assertSameDirectory } from "./same-directory.ts";

const [format = "", runs, seed] = process.argv.slice(2);
const MOST_BYTES = 2 ** 26;
const LIMIT_MS = 1000;
const REPORT_EVERY = 100_000;
const PREAMBLE_BYTES = 10;

/** What headers are made of, and what looks like it. */
const WORDS = (
  "True|False|None|'descr'|'fortran_order'|'shape'|(|)|,|, |:|{|}|[|]|'|\"|\\x41|\\|'<f8'|'>c16'|'|b1'|'|S5'|'<U3'|'<M8[ns]'|'|V3'|'|O'|" +
  "('a', '<i4')|('b', '|u1', (2, 3))|('', '|V4')|[('x', '<f4')]|(('t', 'n'), '<i2')|0|1|-1|2147483648|18446744073709551616|1e3|0x10|1L"
).split("|");

const FIXTURES = new URL("../../../test/fixtures/arrays/", import.meta.url);
const seeds = readdirSync(FIXTURES)
  .filter((name) => name.endsWith(`.${format}`))
  .toSorted()
  .map((name) => readFileSync(new URL(name, FIXTURES)));
const random = randomNumbers(Number(seed));
const below = (n: number): number => Math.floor(random() * n);
const directory = temporaryDirectory();
const counts = { opened: 0, read: 0 };

/** Changes a few words of a header for others, takes some out, or says them twice; most often its length still agrees. */
function rewrite(bytes: Buffer): Buffer {
  const end = bytes.indexOf("\n", PREAMBLE_BYTES, "latin1");
  if (end < 0) return bytes;
  const words = bytes.toString("latin1", PREAMBLE_BYTES, end).match(/'[^']*'|\w+|\s+|./gsu) ?? [];
  for (let count = 1 + below(2); count > 0; count--) {
    const at = below(words.length);
    const other = below(2) === 0 ? WORDS[below(WORDS.length)]! : words[below(words.length)]!;
    words.splice(at, below(2), ...(below(8) === 0 ? [] : [other]));
  }
  const text = Buffer.from(words.join(""), "latin1");
  const out = Buffer.concat([bytes.subarray(0, PREAMBLE_BYTES), text, bytes.subarray(end)]);
  if (out[6] === 1 && below(5) > 0)
    out.writeUInt16LE((out.readUInt16LE(8) + out.length - bytes.length) & 0xffff, 8);
  return out;
}

/** Throws what is no PersistError. */
async function attempt(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof PersistError) return false;
    throw error;
  }
}

async function read(path: string): Promise<void> {
  const { data } = await readArray(path);
  assert.ok(data.byteLength <= MOST_BYTES, `${data.byteLength} bytes`);
  counts.read++;
}

async function openNpy(bytes: Buffer): Promise<void> {
  const isOpen = await attempt(() =>
    parseNpyHeader(bytes.subarray(0, headerSize(bytes, bytes.length, "memory")), bytes.length, "memory"),
  );
  if (!isOpen) return;
  counts.opened++;
  const file = join(directory, "a.npy");
  writeFileSync(file, bytes);
  await attempt(() => read(file));
}

async function openNpz(bytes: Buffer, run: number): Promise<void> {
  // never the name of the file before, whose directory is remembered
  const file = join(directory, `${run % 2}.npz`);
  writeFileSync(file, bytes);
  assertSameDirectory(file);
  await attempt(() => readArrays(file));
  await attempt(async () => {
    const all = await listArrays(file);
    counts.opened++;
    for (const { name, problem } of all.slice(0, 3))
      if (problem === undefined && name !== "") await attempt(() => read(`${file}#${name}`));
  });
}

for (let run = 0; run < Number(runs); run++) {
  const started = process.cpuUsage();
  const whole = seeds[below(seeds.length)]!;
  const bytes = format === "npy" && random() < 0.7 ? rewrite(whole) : damage(whole, seeds, random);
  try {
    await (format === "npy" ? openNpy(bytes) : openNpz(bytes, run));
    assert.ok(process.cpuUsage(started).user < LIMIT_MS * 1000, "it takes too long");
  } catch (cause) {
    throw new Error(`file ${run} of seed ${seed}: ${bytes.toString("base64").slice(0, 4000)}`, { cause });
  }
  if ((run + 1) % REPORT_EVERY === 0 || run + 1 === Number(runs))
    console.log(`${run + 1} ${format} files: ${counts.opened} opened, ${counts.read} arrays read`);
}
