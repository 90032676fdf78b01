// The addon beside other copies of HDF5 in one process: h5wasm's, and the system's where it was loaded first. A program like a user's. Each copy reads what the other has written, in turn, and
// each has files open while the other works.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createArray, isPersistError, readArray, writeArray } from "persist-archive";

/** What is used of h5wasm, which only the project that tries the package has installed. */
interface H5wasm {
  ready: Promise<unknown>;
  File: new (
    path: string,
    mode: "r" | "w",
  ) => {
    create_dataset(options: { name: string; data: Float64Array; shape: number[] }): unknown;
    get(name: string): { value: Float64Array };
    close(): void;
  };
}

const specifier: string = "h5wasm/node";
const { File, ready } = (await import(specifier)) as H5wasm;
await ready;

const directory = mkdtempSync(join(tmpdir(), "persist-beside-"));
try {
  for (let round = 0; round < 20; round++) {
    const [ours, theirs] = [join(directory, `ours-${round}.h5`), join(directory, `theirs-${round}.h5`)];
    const data = Float64Array.from({ length: 3000 }, (_, k) => Math.sin(k + round));
    const open = new File(theirs, "w");
    open.create_dataset({ name: "a", data, shape: [3000] });
    await writeArray(`${ours}#a`, data, { compress: round % 2 === 1 });
    const growing = await createArray(`${ours}#log`, { dtype: "float64", shape: [null] });
    open.close();
    await growing.append(data);
    await growing.close();
    assert.deepEqual((await readArray(`${theirs}#a`)).data, data);
    const again = new File(ours, "r");
    assert.deepEqual(again.get("a").value, data);
    assert.deepEqual(again.get("log").value, data);
    // a failure leaves its words on the error stack of whoever failed
    const refusal: unknown = await readArray(`${theirs}#none`).catch((error: unknown) => error);
    assert.ok(isPersistError(refusal, "PERSIST_NOT_FOUND"));
    again.close();
  }
  const systems = /\S*libhdf5[\w.-]*\.so\S*/.exec(readFileSync("/proc/self/maps", "utf8"))?.[0];
  console.log(`beside h5wasm and ${systems ?? "no other copy of HDF5"}: Node ${process.version}`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
