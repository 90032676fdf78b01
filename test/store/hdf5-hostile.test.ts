// HDF5 files that the library alone would die of, or be kept busy by, read in this process.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NDArray, PersistError, isPersistError, listArrays, readArray } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const HEAD_BYTES = 24; // of a node of a B-tree, before its keys
const CHUNKS = 8;
const CHUNK_ELEMENTS = 8;

/** A dataset of 64 integers in eight chunks that are indexed by a B-tree, whose keys say how long each is. */
function chunked(options: string, change: (keys: Buffer, keyBytes: number) => void): string {
  const file = join(temporaryDirectory(), "chunks.h5");
  python(
    `
with h5py.File(given, "w", libver="earliest") as f:
    f.create_dataset("x", data=np.arange(${CHUNKS * CHUNK_ELEMENTS}, dtype="<i8"), chunks=(${CHUNK_ELEMENTS},)${options})
    f["padding"] = np.zeros(100_000)`,
    file,
  );
  const bytes = readFileSync(file);
  const node = bytes.indexOf("TREE\u0001", "latin1"); // of chunks, not of a group
  assert.ok(node > 0);
  const [sizeAndMask, offsets, child] = [8, 2 * 8, 8];
  change(bytes.subarray(node + HEAD_BYTES), sizeAndMask + offsets + child);
  writeFileSync(file, bytes);
  return file;
}

describe("HDF5 files that lie about sizes", () => {
  for (const [how, size, code] of [
    ["longer", 65_536, "PERSIST_CORRUPT"],
    ["longer than the file", 0x7fff_ffff, "PERSIST_FORMAT"],
    ["shorter", 8, "PERSIST_CORRUPT"],
  ] as const) {
    it(`chunks without filters that are ${how} in their index are refused`, async () => {
      const file = chunked("", (keys, keyBytes) => {
        for (let k = 1; k < CHUNKS; k++) keys.writeUInt32LE(size, k * keyBytes);
      });
      await assert.rejects(readArray(`${file}#x`), (error) => {
        assert.ok(isPersistError(error, code), String(error));
        return error.message.includes(file);
      });
      const first: NDArray = await readArray(`${file}#x`, { selection: [[0, CHUNK_ELEMENTS]] });
      assert.deepEqual([...(first.data as BigInt64Array)], [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    });
  }

  it("chunks with filters that are longer in their index are read as one stream, or refused", async () => {
    const file = chunked(', compression="gzip"', (keys) => keys.writeUInt32LE(65_536, 0));
    await assert.rejects(readArray(`${file}#x`), (error) => isPersistError(error, "PERSIST_CORRUPT"));
  });
});

/** Found by `npm run fuzz:hdf5`. */
const DEATHS = fileURLToPath(new URL("../../../test/fixtures/hdf5-deaths/", import.meta.url));

describe("HDF5 files that the library has died of", () => {
  const files = readdirSync(DEATHS).filter((name) => name.endsWith(".h5"));
  it("are in the collection", () => assert.ok(files.length >= 15, String(files.length)));

  for (const name of files) {
    it(`${name}: what is wrong in it is refused`, async () => {
      const file = join(DEATHS, name);
      const problems: unknown[] = [];
      const names: string[] = [];
      const attempt = async (work: () => Promise<unknown>): Promise<void> => {
        try {
          await work();
        } catch (error) {
          assert.ok(error instanceof PersistError, String(error));
          problems.push(error);
        }
      };
      await attempt(async () => {
        for (const one of await listArrays(file)) {
          if (one.problem !== undefined) problems.push(one.problem);
          if (one.name !== "") names.push(one.name);
        }
      });
      for (const one of names) await attempt(() => readArray(`${file}#${one}`));
      assert.ok(problems.length > 0, "nothing was found");
    });
  }
});
