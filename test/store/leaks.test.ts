// Opens and closes array files again and again, in every way and with every end: memory, descriptors and mappings stay level.
// PERSIST_LEAK_CYCLES sets how often; `npm run leaks` is the long one.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  isPersistError,
  listArrays,
  mapArray,
  openArray,
  readArray,
  readArrays,
  writeArray,
  writeArrays,
} from "persist-archive";
import { assertNoMoreThan, heldAtRest, type Held } from "../support/held.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const cycles = Number(process.env["PERSIST_LEAK_CYCLES"] ?? 300);
/** What the engine keeps for itself before it is level. */
const WARM_CYCLES = Math.max(200, cycles / 2);
/** Grown memory beyond this is a leak: 100 bytes a cycle in the long run, and the engine's own ups and downs. */
const MOST_GROWTH_BYTES = 24e6 + 100 * cycles;
const ROUNDS = 3;

const directory = temporaryDirectory();
const file = (name: string): string => join(directory, name);
const array = { data: Float64Array.from({ length: 20_000 }, (_, k) => k), shape: [200, 100] };
const fails = async (work: () => unknown): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (isPersistError(error) || (error as Error).name === "AbortError" || error instanceof RangeError)
      return;
    throw error;
  }
  throw new Error("this should have failed");
};

/** Ways that every format has. */
const waysOf = (name: string, broken: string): Record<string, () => unknown> => ({
  read: () => readArray(name),
  "read a part": () => readArray(name, { selection: [[0, null, 7], 3] }),
  map: () => {
    const mapped = mapArray(name);
    mapped.slice([[1, 5]]).get(0, 0);
    mapped.close();
  },
  "map and let go": () => void mapArray(name).get(1, 1),
  write: () => writeArray(name, array),
  list: () => listArrays(name),
  "abort a write": () => {
    const controller = new AbortController();
    const writing = writeArray(name, array, { signal: controller.signal, durability: "full" });
    controller.abort();
    return fails(() => writing);
  },
  "fail to read": () => fails(() => readArray(broken)),
  "fail to map": () => fails(() => mapArray(broken)),
  "fail to find": () => fails(() => readArray(name.replace("a.", "missing."))),
  "select outside": () => fails(() => readArray(name, { selection: [1000] })),
});

/** Ways of the formats that hold many arrays. */
const waysOfMany = (ending: string): Record<string, () => unknown> => ({
  "write and read compressed": async () => {
    await writeArray(file(`packed${ending}#x`), array, { compress: true });
    await readArray(file(`packed${ending}#x`));
  },
  "write and read many": async () => {
    const few = Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`a${k}`, new Float64Array(16)]));
    await writeArrays(file(`many${ending}`), few);
    await readArrays(file(`many${ending}`));
  },
});

async function openAndClose(): Promise<void> {
  const opened = await openArray(file("a.npy"), { mode: "r+" });
  await opened.write({ data: new Float64Array(100), shape: [1, 100] }, { start: [7, 0] });
  await opened.read({ selection: [7] });
  await opened.close();
}

interface Level extends Held {
  readonly rss: number;
  readonly lines: number;
}

async function level(): Promise<Level> {
  return {
    ...(await heldAtRest()),
    rss: process.memoryUsage.rss(),
    lines: readFileSync("/proc/self/maps", "latin1")
      .split("\n")
      .filter((line) => line.includes(directory)).length,
  };
}

describe(`opening and closing ${cycles} times`, () => {
  before(async () => {
    for (const name of ["a.npy", "a.npz#x", "a.h5#g/x"]) await writeArray(file(name), array);
    for (const name of ["a.npy", "a.npz", "a.h5"]) {
      const bytes = readFileSync(file(name));
      writeFileSync(file(name.replace("a.", "cut.")), bytes.subarray(0, bytes.length / 2));
    }
  });

  const names = {
    npy: ["a.npy", "cut.npy"],
    npz: ["a.npz#x", "cut.npz#x"],
    hdf5: ["a.h5#g/x", "cut.h5#g/x"],
  };
  for (const [format, [name, broken]] of Object.entries(names)) {
    const ways = Object.entries(waysOf(file(name!), file(broken!)));
    if (format === "npy") ways.push(["open and close", openAndClose]);
    else ways.push(...Object.entries(waysOfMany(format === "npz" ? ".npz" : ".h5")));
    for (const [way, work] of ways) {
      it(`leaves memory, descriptors and mappings level: ${format}, ${way}`, async () => {
        for (let cycle = 0; cycle < WARM_CYCLES; cycle++) await work();
        let growth = Infinity;
        // a leak grows in every round, and the engine's own memory in one or the other
        for (let round = 0; round < ROUNDS && growth >= MOST_GROWTH_BYTES; round++) {
          const before = await level();
          for (let cycle = 0; cycle < cycles; cycle++) {
            await work();
            if (cycle % 100 === 0) await sleep(0); // finalizers run between turns
          }
          await assertNoMoreThan(before);
          const after = await level();
          assert.ok(after.lines <= before.lines, `${before.lines} → ${after.lines} mapped ranges`);
          growth = after.rss - before.rss;
        }
        assert.ok(growth < MOST_GROWTH_BYTES, `memory grew by ${growth} bytes`);
      }).timeout(0);
    }
  }
});
