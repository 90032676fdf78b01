// Damages npy and npz files and reads them in every way: no crash, no hang, nothing but PersistErrors, no memory by a number
// that a file merely claims. PERSIST_FUZZ_RUNS sets the number of files of each format, PERSIST_FUZZ_SEED repeats a run; `npm run
// fuzz:arrays` is the long one, and `npm run test:asan` runs the short one under the sanitizers.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  PersistError,
  listArrays,
  mapArray,
  openArray,
  readArray,
  writeArray,
  type NDArray,
} from "persist-archive";
import { randomNumbers } from "../support/random.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { damage } from "./damage.ts";

const runs = Number(process.env["PERSIST_FUZZ_RUNS"] ?? 1500);
const seed = Number(process.env["PERSIST_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const LIMIT_MS = 1000;
/** What the arrays of one file may need: some seeds hold 20 MB. */
const MOST_BYTES = 2 ** 26;
const MOST_BLOCKS = 10_000;

const FIXTURES = new URL("../../../test/fixtures/arrays/", import.meta.url);
const seedsOf = (ending: string): Buffer[] =>
  readdirSync(FIXTURES)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(new URL(name, FIXTURES)));

/** Reads whatever can be read; gives how many arrays there were. Throws what is no PersistError. */
async function readEverything(file: string): Promise<number> {
  let count = 0;
  const attempt = async (read: () => Promise<NDArray | void> | NDArray): Promise<void> => {
    try {
      const array = await read();
      if (array === undefined) return;
      count++;
      assert.ok(array.data.byteLength <= MOST_BYTES, `${array.data.byteLength} bytes`);
      if (array.size > 0) array.get(...array.shape.map((extent) => extent - 1));
      if ("close" in array) (array as { close(): void }).close();
    } catch (error) {
      if (!(error instanceof PersistError)) throw error;
    }
  };
  await attempt(async () => {
    for (const { name, problem, shape } of await listArrays(file)) {
      if (problem !== undefined) continue;
      if (name !== "" && file.endsWith(".npy")) throw new Error("an npy file has one array");
      const path = file.endsWith(".npy") ? file : `${file}#${name}`;
      if (name === "" && path !== file) continue;
      await attempt(() => readArray(path));
      await attempt(() => readArray(path, { selection: shape.map(() => [null, null, -2] as const) }));
      await attempt(() => mapArray(path));
    }
  });
  if (file.endsWith(".npy")) {
    await attempt(async () => {
      const opened = await openArray(file);
      try {
        // elements without bytes may be as many as a header says
        const rows = Math.max(3, Math.ceil((opened.shape[0] ?? 0) / MOST_BLOCKS));
        if (opened.shape.length > 0)
          for await (const block of opened.blocks({ rows })) assert.ok(block.size >= 0);
      } finally {
        await opened.close();
      }
    });
  }
  return count;
}

describe("damaged array files", () => {
  for (const ending of [".npy", ".npz"]) {
    it(`are refused or read, and do no harm (${runs} ${ending} files, seed ${seed})`, async function () {
      this.timeout(0);
      const random = randomNumbers(seed);
      const directory = temporaryDirectory();
      const file = join(directory, `a${ending}`);
      const seeds = seedsOf(ending);
      if (ending === ".npz") seeds.push(await partedFile(join(directory, "parts.npz")));
      let read = 0;
      for (let run = 0; run < runs; run++) {
        const bytes = damage(seeds[Math.floor(random() * seeds.length)]!, seeds, random);
        writeFileSync(file, bytes);
        const started_ms = performance.now();
        try {
          read += await readEverything(file);
        } catch (cause) {
          throw new Error(`file ${run} of seed ${seed}, ${bytes.toString("base64").slice(0, 4000)}`, {
            cause,
          });
        }
        // another process may have had the processor; a hang is one of every attempt
        const took_ms = performance.now() - started_ms;
        if (took_ms > LIMIT_MS) {
          const again = process.cpuUsage();
          await readEverything(file);
          assert.ok(
            process.cpuUsage(again).user < LIMIT_MS * 1000,
            `file ${run} of seed ${seed}: ${took_ms} ms`,
          );
        }
      }
      // of 1500 files between 140 and 220
      assert.ok(read > runs / 30, `${read} arrays were read: the damage is too great to find anything`);
    });
  }
});

/** A stream of several parts, which is read part by part: no other writer makes one. */
async function partedFile(file: string): Promise<Buffer> {
  await writeArray(
    `${file}#a`,
    Float64Array.from({ length: 140_000 }, (_, k) => k % 5),
    { compress: true },
  );
  return readFileSync(file);
}
