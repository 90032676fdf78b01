// writeArray, readArray and mapArray on npy files.
import assert from "node:assert/strict";
import { constants } from "node:buffer";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  NDArray,
  type ErrorCode,
  isPersistError,
  listArrays,
  mapArray,
  readArray,
  writeArray,
} from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ramp = (n: number): Float64Array => Float64Array.from({ length: n }, (_, k) => k / 3);

const rejects = (promise: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(promise, (error) => isPersistError(error, code) && error.file !== undefined);

describe("array files", () => {
  let directory: string;
  beforeEach(() => (directory = temporaryDirectory()));

  for (const [what, n] of [
    ["small", 10],
    ["large", 400_000],
  ] as const) {
    for (const durability of ["process", "full"] as const) {
      it(`write and read a ${what} array, with ${durability} durability`, async () => {
        const path = join(directory, "a.npy");
        await writeArray(path, ramp(n), { durability });
        assert.deepEqual(readdirSync(directory), ["a.npy"]);
        assert.deepEqual((await readArray(path)).data, ramp(n));
        assert.equal(
          python("result = float(np.load(given).sum())", path),
          ramp(n).reduce((a, b) => a + b),
        );
      });
    }
  }

  it("take file: URLs, and n-dimensional arrays of any stride", async () => {
    const url = pathToFileURL(join(directory, "a b.npy"));
    const a = new NDArray({ data: ramp(12), shape: [3, 4], stride: [1, 3] });
    await writeArray(url, a);
    const b = await readArray(url);
    assert.deepEqual([b.shape, b.stride, b.get(1, 2)], [[3, 4], [4, 1], a.get(1, 2)]);
    await writeArray(url, { data: new Float32Array([1, 2, 3, 4]), shape: [2], dtype: "complex64" });
    assert.deepEqual((await readArray(url)).get(1), { re: 3, im: 4 });
  });

  it("replace what was there, and a reader keeps what it has mapped", async () => {
    const path = join(directory, "a.npy");
    await writeArray(path, ramp(50_000));
    const old = mapArray(path);
    await writeArray(path, new Float64Array([1, 2]));
    assert.equal(old.get(40_000), 40_000 / 3);
    assert.deepEqual((await readArray(path)).data, new Float64Array([1, 2]));
    old.close();
  });

  it("replace a link, not what it leads to", async () => {
    writeFileSync(join(directory, "target"), "precious");
    symlinkSync("target", join(directory, "a.npy"));
    await writeArray(join(directory, "a.npy"), ramp(3));
    assert.equal(readFileSync(join(directory, "target"), "utf8"), "precious");
    assert.equal((await readArray(join(directory, "a.npy"))).size, 3);
  });

  it("map copy-on-write, or shared with the file", async () => {
    const path = join(directory, "a.npy");
    await writeArray(path, ramp(1000));
    const private_ = mapArray(path);
    private_.set(1, 77);
    private_.close();
    const shared = mapArray(path, { mode: "r+" });
    assert.equal(shared.get(1), 1 / 3);
    shared.set(1, 77);
    shared.close();
    assert.equal((await readArray(path)).get(1), 77);
  });

  it("cannot be used after close, which may be called twice or come from `using`", async () => {
    const path = join(directory, "a.npy");
    await writeArray(path, ramp(1000));
    const a = mapArray(path);
    const b = mapArray(path);
    assert.equal(a.data.length, 1000);
    const row = a.slice([[5, 10]]);
    a.close();
    b.close();
    a.close();
    a[Symbol.dispose]();
    assert.equal(a.data.length, 0);
    for (const read of [
      () => a.get(0),
      () => row.get(0),
      () => a.set(0, 1),
      () => b.data,
      () => b.slice([0]),
    ]) {
      assert.throws(read, (error) => isPersistError(error, "PERSIST_CLOSED"));
    }
  });

  it("read selections", async () => {
    const path = join(directory, "a.npy");
    await writeArray(path, new NDArray({ data: ramp(60), shape: [3, 4, 5] }));
    const part = await readArray(path, { selection: [[null, null, 2], -1] });
    assert.deepEqual(part.shape, [2, 5]);
    assert.equal(part.get(1, 3), (2 * 20 + 3 * 5 + 3) / 3);
    assert.equal(part.data.length, 10);
    assert.equal((await readArray(path, { map: true, selection: [1] })).get(0, 1), 21 / 3);
  });

  it("are listed without their elements", async () => {
    const path = join(directory, "a.npy");
    await writeArray(path, new NDArray({ data: ramp(12), shape: [3, 4] }));
    assert.deepEqual(await listArrays(path), [
      { name: "", dtype: "float64", shape: [3, 4], size_bytes: 96, stored_bytes: 96, mappable: true },
    ]);
  });

  it("refuse what they cannot do, by name", async () => {
    for (const name of ["a.txt#x", "a", "a.npy.txt", "npy"]) {
      await rejects(writeArray(join(directory, name), ramp(1)), "PERSIST_UNSUPPORTED");
      await rejects(readArray(join(directory, name)), "PERSIST_UNSUPPORTED");
    }
    for (const name of ["a.npy#x", "a.npz#", "a.npz"]) {
      await assert.rejects(writeArray(join(directory, name), ramp(1)), TypeError);
      await assert.rejects(readArray(join(directory, name)), TypeError);
    }
    await rejects(writeArray(join(directory, "a.npy"), ramp(1), { compress: true }), "PERSIST_UNSUPPORTED");
    await rejects(
      writeArray(join(directory, "a.npy"), ramp(1), { attributes: { unit: "m" } }),
      "PERSIST_UNSUPPORTED",
    );
    await rejects(readArray(join(directory, "none.npy")), "PERSIST_NOT_FOUND");
    await rejects(writeArray(join(directory, "none/a.npy"), ramp(1)), "PERSIST_NOT_FOUND");
    mkdirSync(join(directory, "dir.npy"));
    await rejects(readArray(join(directory, "dir.npy")), "PERSIST_NOT_REGULAR_FILE");
    assert.throws(
      () => mapArray(join(directory, "dir.npy"), { mode: "r+" }),
      (error) => isPersistError(error, "PERSIST_NOT_REGULAR_FILE"),
    );
    execFileSync("mkfifo", [join(directory, "fifo.npy")]);
    await rejects(readArray(join(directory, "fifo.npy")), "PERSIST_NOT_REGULAR_FILE");
    assert.throws(() => mapArray(join(directory, "x.npy"), { mode: "w" as never }), TypeError);
    await assert.rejects(writeArray(join(directory, "x.npy"), [1, 2] as never), TypeError);
    assert.deepEqual(readdirSync(directory).toSorted(), ["dir.npy", "fifo.npy"]);
  });

  it("refuse an array with more bytes than this version of Node can take, and leave nothing", async function () {
    if (constants.MAX_LENGTH > 2 ** 32) this.skip(); // it takes more than a test can write
    const large = new Float64Array(2 ** 29 + 1); // never touched: it takes no memory
    for (const place of ["a.npy", "a.npz#x", "a.h5#x"])
      await rejects(writeArray(join(directory, place), large), "PERSIST_LIMIT");
    assert.deepEqual(readdirSync(directory), []);
  });

  it("report an unwritable directory and leave nothing", async function () {
    if (process.getuid?.() === 0) this.skip(); // nothing is unwritable for root
    chmodSync(directory, 0o500);
    await assert.rejects(
      writeArray(join(directory, "a.npy"), ramp(1)),
      (error) => isPersistError(error, "PERSIST_IO") && error.errno === 13,
    );
    chmodSync(directory, 0o700);
    assert.deepEqual(readdirSync(directory), []);
  });
});
