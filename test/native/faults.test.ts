// Every system call of a write fails once, for each in turn: the error names it, and nothing is left behind.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { PersistError, isPersistError, readArray, writeArray } from "persist-archive";
import { native, type Fault } from "#dist/native.js";
import { hdf5Store } from "#dist/store/hdf5-store.js";
import { npzStore } from "#dist/store/npz-store.js";
import { npyStore } from "#dist/store/npy-store.js";
import { openStored } from "#dist/store/open-stored.js";
import type { ArrayStore, Durability } from "#dist/store/store.js";
import { temporaryDirectory } from "../support/temporary.ts";

const { ENOSPC, EIO, EDQUOT, EMFILE } = constants.errno;

/** Two arrays: one that is small, and one of several pieces. */
const small = new Float64Array([1, 2, 3]);
const large = Float64Array.from({ length: 2_200_000 }, (_, k) => k);
const arrays = [
  { name: "small", dtype: "float64", shape: [3], bytes: new Uint8Array(small.buffer) },
  { name: "large", dtype: "float64", shape: [large.length], bytes: new Uint8Array(large.buffer) },
];

async function withFaults<T>(faults: readonly Fault[], body: () => Promise<T>): Promise<T> {
  native().plan(faults);
  try {
    return await body();
  } finally {
    native().plan([]);
  }
}

/** How many calls a body makes. */
async function countCalls(body: () => Promise<unknown>): Promise<number> {
  native().plan([{ call: "any", at: Number.MAX_SAFE_INTEGER, how: "fail" }]);
  await body();
  return native().plan([]);
}

const filesOf = (directory: string): string[] =>
  readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name !== "_arrays");

const stores: [string, ArrayStore][] = [
  ["npy", npyStore],
  ["npz", npzStore],
  ["hdf5", hdf5Store],
];

describe("failing system calls", () => {
  for (const [format, store] of stores) {
    for (const durability of ["process", "full"] satisfies Durability[]) {
      it(`of a ${format} write with ${durability} durability: each in turn gives an error and leaves no file`, async () => {
        const calls = await countCalls(() =>
          store.write(temporaryDirectory(), "_arrays/", arrays, { durability }),
        );
        assert.ok(calls >= 4, `${calls} calls`);
        let failed = 0;
        for (let at = 1; at <= calls; at++) {
          const directory = temporaryDirectory();
          const error = await withFaults([{ call: "any", at, how: "fail", errno: EIO }], () =>
            store.write(directory, "_arrays/", arrays, { durability }).then(
              () => undefined,
              (reason: unknown) => reason,
            ),
          );
          if (error === undefined) continue; // a call whose failure does no harm, such as advice to start writing back
          failed++;
          assert.ok(isPersistError(error, "PERSIST_IO"), (error as Error).message);
          assert.equal(error.errno, EIO);
          assert.ok(error.syscall !== undefined && error.file?.startsWith(directory), error.message);
          assert.deepEqual(filesOf(directory), [], `call ${at}: ${error.message}`);
        }
        assert.ok(failed >= 3, `${failed} of ${calls} calls mattered`);
      });
    }
  }

  for (const [name, errno] of Object.entries({ ENOSPC, EDQUOT, EMFILE })) {
    it(`say ${name} with the file`, async () => {
      const directory = temporaryDirectory();
      const call = name === "EMFILE" ? "openat" : "fallocate";
      const writing = withFaults([{ call, at: name === "EMFILE" ? 2 : 1, how: "fail", errno }], () =>
        npyStore.write(directory, "_arrays/", arrays, { durability: "full" }),
      );
      await assert.rejects(
        writing,
        (error: unknown) =>
          error instanceof PersistError &&
          error.code === "PERSIST_IO" &&
          error.errno === errno &&
          error.syscall === call &&
          error.message.includes("_arrays/"),
      );
      assert.deepEqual(filesOf(directory), []);
    });
  }

  it("go on after short writes and reads", async () => {
    for (const durability of ["process", "full"] as const) {
      const path = join(temporaryDirectory(), "a.npy");
      const faults = [1, 2, 4, 5].map((at): Fault => ({ call: "pwritev", at, how: "short" }));
      await withFaults(faults, () => writeArray(path, large, { durability }));
      const read = await withFaults([{ call: "pread", at: 1, how: "short" }], () => readArray(path));
      assert.deepEqual(read.data, large);
    }
  });

  it("do without fallocate where the file system has none", async () => {
    for (const errno of [constants.errno.EOPNOTSUPP, constants.errno.ENOSYS]) {
      const path = join(temporaryDirectory(), "a.npy");
      await withFaults([{ call: "fallocate", at: 1, how: "fail", errno }], () => writeArray(path, large));
      assert.deepEqual((await readArray(path)).data, large);
    }
  });

  it("of a rewrite leave the old array, or the new one where only the last sync failed", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.npy");
    await writeArray(path, small);
    const calls = await countCalls(() => writeArray(path, small, { durability: "full" }));
    for (let at = 1; at <= calls; at++) {
      let isCommitted = false;
      await withFaults([{ call: "any", at, how: "fail", errno: ENOSPC }], () =>
        assert.rejects(writeArray(path, new Float64Array([9]), { durability: "full" }), (error) => {
          isCommitted = isPersistError(error, "PERSIST_DURABILITY_UNKNOWN");
          return true;
        }),
      );
      assert.deepEqual((await readArray(path)).data, isCommitted ? new Float64Array([9]) : small);
      assert.deepEqual(readdirSync(directory), ["a.npy"]);
      await writeArray(path, small);
    }
  });

  it("of a read or a mapping are errors too", async () => {
    const path = join(temporaryDirectory(), "a.npy");
    await writeArray(path, large);
    await withFaults([{ call: "pread", at: 1, how: "fail", errno: EIO }], () =>
      assert.rejects(
        readArray(path),
        (error) => isPersistError(error, "PERSIST_IO") && error.syscall === "pread",
      ),
    );
    await withFaults([{ call: "mmap", at: 1, how: "fail", errno: constants.errno.ENOMEM }], () =>
      assert.rejects(
        readArray(path, { map: true }),
        (error) => isPersistError(error, "PERSIST_IO") && error.syscall === "mmap",
      ),
    );
  });
});

describe("a process killed while it writes", () => {
  for (const how of ["kill", "torn"] as const) {
    it(`(${how}) leaves the old file under the array's name, or the new one, whole, at every call`, () => {
      const program = `
import { writeArray } from "persist-archive";
import { native } from "#dist/native.js";
const [path, at] = process.argv.slice(1);
await writeArray(path, new Float64Array([1, 2, 3]));
native().plan([{ call: "any", at: Number(at), how: ${JSON.stringify(how)} }]);
await writeArray(path, Float64Array.from({ length: 1_200_000 }, (_, k) => k), { durability: "full" });
`;
      const root = new URL("../../../", import.meta.url);
      let killed = 0;
      let committed = 0;
      for (let at = 1; ; at++) {
        const directory = temporaryDirectory();
        const path = join(directory, "a.npy");
        const { signal, status, stderr } = spawnSync(
          process.execPath,
          ["--input-type=module", "-e", program, path, String(at)],
          { cwd: root, encoding: "utf8" },
        );
        const file = readFileSync(path);
        if (signal === null) {
          assert.equal(status, 0, stderr);
          assert.equal(file.length, 9_600_128);
          break;
        }
        killed++;
        assert.equal(signal, "SIGKILL");
        if (file.length === 9_600_128) committed++;
        else assert.deepEqual(new Float64Array(new Uint8Array(file.subarray(128)).buffer), small);
      }
      // after the rename two calls are left: the directory is opened and synced
      assert.ok(killed >= 6 && committed === 2, `${killed} killed, ${committed} of them after the commit`);
    }).timeout(60_000);
  }
});

describe("the smallest of disks", () => {
  it("that is full gives ENOSPC for either store, and is left as it was", async function () {
    const directory = temporaryDirectory();
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "none", directory]).status === 0;
    if (!mounted) this.skip();
    try {
      for (const [, store] of stores) {
        const first = await store.write(directory, "_arrays/", [arrays[0]!], { durability: "full" });
        const before = filesOf(directory);
        await assert.rejects(
          store.write(directory, "_arrays/", arrays, { durability: "full" }),
          (error) => isPersistError(error, "PERSIST_IO") && error.errno === ENOSPC,
        );
        assert.deepEqual(filesOf(directory), before);
        const row = first.rows["small"]!;
        const opened = openStored(directory, row, first.heads[row[0]], { map: true, mode: "c" });
        assert.deepEqual(opened.data, small);
        opened.close();
      }
    } finally {
      assert.equal(spawnSync("umount", [directory]).status, 0);
    }
  });
});
