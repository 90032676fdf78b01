// HDF5 files that attack their reader, read by a child process: nothing here crashes, hangs, or gives memory away.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NDArray, isPersistError, listArrays, readArray, writeArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/hdf5/", import.meta.url));
const untrusted = true;

/** A file whose attribute makes the library read far outside its memory. */
function assassin(): string {
  const file = join(temporaryDirectory(), "assassin.h5");
  python(
    `
with h5py.File(given, "w") as f:
    f["x"] = np.arange(3)
    f["x"].attrs["a"] = "z" * 40`,
    file,
  );
  const bytes = readFileSync(file);
  const heap = bytes.indexOf("GCOL");
  assert.equal(bytes.readBigUInt64LE(heap + 24), 40n);
  bytes.writeBigUInt64LE(2n ** 62n, heap + 24);
  writeFileSync(file, bytes);
  return file;
}

function children(): number {
  return readdirSync("/proc").filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[3] === String(process.pid)
      );
    } catch {
      return false; // it has ended
    }
  }).length;
}

describe("readArray of HDF5 with untrusted: true", function () {
  this.timeout(60_000);

  it("gives what it gives without", async () => {
    for (const name of [
      "h5-gzip-earliest.h5#x",
      "h5-be-f8.h5#x",
      "h5-vlen-chunked-gzip.h5#x",
      "h5-enum.h5#x",
    ]) {
      const path = FIXTURES + name;
      const [theirs, ours] = [await readArray(path, { untrusted }), await readArray(path)];
      assert.ok(theirs instanceof NDArray);
      for (const key of ["data", "shape", "stride", "dtype", "attributes"] as const)
        assert.deepEqual(theirs[key], ours[key]);
    }
    const file = join(temporaryDirectory(), "a.h5");
    const attributes = { units: "m", row: new Float64Array([1, 2]), z: { re: 1, im: 2 }, nothing: null };
    await writeArray(`${file}#g/x`, new Float64Array([1, 2, 3]), { attributes });
    const array = await readArray(`${file}#g/x`, { untrusted, selection: [[null, null, -2]] });
    assert.deepEqual([array.get(0), array.get(1), array.attributes], [3, 1, attributes]);
    assert.deepEqual(await listArrays(file, { untrusted }), await listArrays(file));
  });

  it("survives the child, and says that the file has killed it", async () => {
    const file = assassin();
    await assert.rejects(readArray(`${file}#x`, { untrusted }), (error) => {
      assert.ok(isPersistError(error, "PERSIST_CORRUPT", "PERSIST_FORMAT", "PERSIST_LIMIT"), String(error));
      assert.match(error.message, /assassin\.h5/);
      return true;
    });
    assert.equal(children(), 0);
  });

  it("names the file and not the child's descriptor, with the codes of this process", async () => {
    const file = `${FIXTURES}h5-gzip-earliest.h5`;
    await assert.rejects(readArray(`${file}#none`, { untrusted }), (error) => {
      assert.ok(isPersistError(error, "PERSIST_NOT_FOUND"), String(error));
      assert.ok(error.message.includes(file) && !error.message.includes("/proc/"), error.message);
      return true;
    });
    await assert.rejects(readArray(`${file}#x`, { untrusted, selection: [99] }), RangeError);
    await assert.rejects(readArray(`${FIXTURES}none.h5#x`, { untrusted }), (error) =>
      isPersistError(error, "PERSIST_NOT_FOUND"),
    );
    for (const name of ["external-link-passwd.h5#e", "virtual-passwd.h5#x", "chunk-inflates-too-little.h5#x"])
      await assert.rejects(readArray(`${FIXTURES}bad-h5-${name}`, { untrusted }), (error) =>
        isPersistError(error, "PERSIST_UNSUPPORTED", "PERSIST_CORRUPT"),
      );
  });

  it("ends the child when it is aborted", async () => {
    const controller = new AbortController();
    const reading = readArray(`${FIXTURES}h5-gzip-earliest.h5#x`, { untrusted, signal: controller.signal });
    // before the event loop turns, which alone could tell of its end
    await new Promise<void>((resolve) => process.nextTick(resolve));
    assert.equal(children(), 1, "it has begun");
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(reading, (error) => error === reason);
    assert.equal(children(), 0);
  });
});
