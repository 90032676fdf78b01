// Reads damaged HDF5 files in every way, and writes into them, one after the other; a process of its own, because the HDF5 library may die of one. It
// is told which: from the number in its arguments on, so many, of a seed.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { PersistError, listArrays, mapArray, openArray, readArray, writeArray } from "persist-archive";
import { damagedFile } from "./fuzz-hdf5-files.ts";

const [file = "", seed, first, count] = process.argv.slice(2);

/** What the arrays of one file may need. */
const MOST_BYTES = 2 ** 28;
const LIMIT_MS = 2000;

/** Fails for what is thrown and is no PersistError. */
async function attempt(read: () => Promise<{ data: { byteLength: number } } | void>): Promise<void> {
  try {
    const array = await read();
    if (array !== undefined) assert.ok(array.data.byteLength <= MOST_BYTES, `${array.data.byteLength} bytes`);
  } catch (error) {
    if (!(error instanceof PersistError)) throw error;
  }
}

/** Gives the names of arrays. */
async function readEverything(): Promise<string[]> {
  const names: string[] = [];
  await attempt(async () => {
    for (const { name, problem, shape } of await listArrays(file)) {
      if (name === "") continue; // no path leads there
      names.push(name);
      if (problem !== undefined || names.length > 20) continue;
      const selection = shape.map(() => [null, null, -2] as const);
      await attempt(() => readArray(`${file}#${name}`, { selection }));
      await attempt(async () => mapArray(`${file}#${name}`).close());
    }
  });
  for (const name of names.slice(0, 20)) {
    await attempt(() => readArray(`${file}#${name}`));
    await attempt(async () => {
      const array = await openArray(`${file}#${name}`, { mode: "r+" });
      await attempt(() => array.read());
      await attempt(async () => {
        if ((array.shape[0] ?? 0) === 0 || array.dtype === "str") return; // no frame, or none that can be written
        const frame = await array.read({ selection: [[0, 1]] });
        await attempt(() => array.write(frame));
        await attempt(() => array.append(frame));
        await attempt(() => array.truncate(1));
      });
      await array.close();
    });
  }
  return names;
}

/** Where a write succeeds, what was written is there. */
async function write(name: string): Promise<void> {
  const data = new Float64Array([1, 2, 3]);
  await attempt(async () => {
    await writeArray(`${file}#${name}`, data);
    const seen = await readArray(`${file}#${name}`).catch((error: unknown) =>
      assert.fail(`${name} was written, and is not there: ${(error as Error).message}`),
    );
    assert.deepEqual(seen.data, data);
  });
}

for (let k = Number(first); k < Number(first) + Number(count); k++) {
  writeFileSync(file, damagedFile(Number(seed), k));
  process.send?.(k);
  const started = process.cpuUsage();
  const names = await readEverything();
  const [some = "some"] = names.slice(k % Math.max(names.length, 1));
  for (const name of [some, `${some.slice(0, some.lastIndexOf("/") + 1)}new`, "made/new"]) await write(name);
  const { user, system } = process.cpuUsage(started);
  assert.ok((user + system) / 1000 < LIMIT_MS, `file ${k} took ${(user + system) / 1000} ms`);
}
process.disconnect?.();
