// A round trip of every format, as a program of a user's: it imports nothing but the package and Node. It prints what it did.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker, isMainThread } from "node:worker_threads";
import {
  Checkpoints,
  DataSet,
  NDArray,
  createArray,
  isPersistError,
  listArrays,
  lockFile,
  mapArray,
  open,
  readArray,
  restore,
  save,
  stringify,
  writeArray,
} from "persist-archive";

const psi = new NDArray({
  data: Float64Array.from({ length: 2 * 40 * 50 }, (_, k) => Math.sin(k)),
  shape: [40, 50],
  dtype: "complex128",
});
const counts = BigInt64Array.from({ length: 1000 }, (_, k) => BigInt(k) ** 4n);
const shared = { when: new Date(0), map: new Map([["a", [1, 2n, undefined]]]) };
const items = { psi, counts, shared, again: [shared] };

function same(found: Record<string, unknown>): void {
  const array = found["psi"] as NDArray;
  assert.deepEqual([array.shape, array.dtype], [psi.shape, psi.dtype]);
  assert.deepEqual(array.data, psi.data);
  assert.deepEqual(found["counts"], counts);
  assert.deepEqual(found["shared"], shared);
  assert.equal((found["again"] as unknown[])[0], found["shared"]);
}

async function archives(directory: string): Promise<void> {
  const ways = [
    { arrays: "npy" },
    { arrays: "npz" },
    { arrays: "npz", compress: true },
    { arrays: "hdf5" },
    { form: "module" },
  ] as const;
  for (const [k, options] of ways.entries()) {
    const { path } = await save(join(directory, `run-${k}`), items, options);
    same(await open(path));
    same((await import(pathToFileURL(path).href)) as Record<string, unknown>);
  }
  const text = stringify({ shared, psi });
  assert.deepEqual(restore(text)["shared"], shared);
}

async function arrayFiles(directory: string): Promise<void> {
  for (const name of ["psi.npy", "all.npz#psi", "all.h5#/deep/psi"]) {
    const path = join(directory, name);
    await writeArray(path, psi, { durability: "full" });
    assert.deepEqual((await readArray(path)).data, psi.data);
    const part = await readArray(path, { selection: [[3, 30, 2], -1] });
    assert.deepEqual([part.shape, part.get(1)], [[14], psi.get(5, 49)]);
    assert.equal((await listArrays(path)).length, 1);
    using mapped = mapArray(path);
    assert.deepEqual(mapped.get(7, 8), psi.get(7, 8));
  }
  await using growing = await createArray(join(directory, "log.npy"), { dtype: "float32", shape: [null, 3] });
  await growing.append(new NDArray({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }));
  await growing.flush();
  assert.deepEqual((await readArray(join(directory, "log.npy"))).shape, [2, 3]);
}

async function many(directory: string): Promise<void> {
  await using runs = await DataSet.open(join(directory, "runs"), { mode: "a" });
  const name = await runs.add({ counts }, { info: { g: 1 } });
  assert.deepEqual(runs.info(name), { g: 1 });
  assert.deepEqual(await runs.get(name), { counts });
  const writer = await Checkpoints.open(join(directory, "long"), { keep: 2 });
  for (const step of [1, 2, 3]) await (await writer.save(step, { psi, step })).durable;
  await writer.close();
  const checkpoints = await Checkpoints.open(join(directory, "long"));
  assert.deepEqual(await checkpoints.steps(), [2, 3]);
  assert.equal((await checkpoints.latest())?.items["step"], 3);
  assert.equal((await checkpoints.verify(3)).ok, true);
}

async function locks(directory: string): Promise<void> {
  const lock = await lockFile(join(directory, "lock"));
  const refusal: unknown = await lockFile(join(directory, "lock"), { timeout_ms: 10 }).catch(
    (error: unknown) => error,
  );
  assert.ok(isPersistError(refusal, "PERSIST_LOCKED"));
  lock.release();
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "persist-round-trip-"));
  try {
    await archives(directory);
    await arrayFiles(directory);
    await many(directory);
    await locks(directory);
    assert.equal((createRequire(import.meta.url)("persist-archive") as { save: unknown }).save, save);
    if (isMainThread) {
      const worker = new Worker(new URL(import.meta.url));
      const code = await new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve));
      assert.equal(code, 0);
      console.log(
        `round trip of every format, in the main thread and a worker: ${process.arch}, Node ${process.version}`,
      );
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
