// Writes past the system's cache: whole blocks go that way, the rest the usual one, and where the system refuses everything does. The bytes are the same.
import assert from "node:assert/strict";
import { closeSync, constants, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isPersistError, readArray } from "persist-archive";
import { native, type Fault } from "#dist/native.js";
import { npyStore } from "#dist/store/npy-store.js";
import { temporaryDirectory } from "../support/temporary.ts";

const MIB = 2 ** 20;
const [EPERM, EIO, EINVAL, ENOSPC, EFAULT] = [1, 5, 22, 28, 14];

async function write(bytes: Uint8Array, faults: readonly Fault[] = []): Promise<string> {
  const directory = temporaryDirectory();
  const arrays = [{ name: "a", dtype: "uint8", shape: [bytes.length], bytes }];
  native().plan(faults);
  try {
    await npyStore.write(directory, "", arrays, { durability: "full", uncached: true });
  } finally {
    native().plan([]);
  }
  return join(directory, "a.npy");
}

/** Memory at an odd address, in which no block is like another. */
function bytesOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size + 3).subarray(3);
  for (let k = 0; k < size; k++) bytes[k] = (k * 7 + (k >> 12)) & 255;
  return bytes;
}

async function assertWritten(path: string, bytes: Uint8Array): Promise<void> {
  assert.ok(Buffer.from(bytes).equals(readFileSync(path).subarray(-bytes.length)), "by Node");
  assert.ok(Buffer.from(bytes).equals((await readArray(path)).data as Uint8Array), "by the package");
}

function canLeaveCache(directory: string): boolean {
  const path = join(directory, "probe");
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_WRONLY | constants.O_DIRECT));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}

describe("files that are written past the cache", () => {
  // a header has 128 bytes; a block 4096; a window 8 MiB
  for (const size of [MIB - 200, MIB - 128, MIB, MIB + 4096 - 128, 8 * MIB - 128, 8 * MIB, 17 * MIB + 1234])
    it(`are whole with ${size} bytes`, async () => {
      const bytes = bytesOf(size);
      await assertWritten(await write(bytes), bytes);
    });

  const refusals: [string, Fault][] = [
    ["the file system", { call: "set_flags", at: 1, how: "fail", errno: EINVAL }],
    ["the file system, when it is written to", { call: "pwritev", at: 1, how: "fail", errno: EINVAL }],
    ["the file system, in the middle", { call: "pwritev", at: 2, how: "fail", errno: EINVAL }],
    ["the system, to read our own memory", { call: "read_memory", at: 1, how: "fail", errno: EPERM }],
    ["memory for it", { call: "mmap", at: 1, how: "fail", errno: 12 }],
    ["half of a piece", { call: "pwritev", at: 1, how: "short" }],
    ["half of the rest", { call: "pwritev", at: 3, how: "short" }],
  ];
  for (const [who, fault] of refusals)
    it(`are written the usual way where it is refused: ${who}`, async () => {
      const bytes = bytesOf(9 * MIB + 77);
      await assertWritten(await write(bytes, [fault]), bytes);
    });

  for (const [call, errno, code] of [
    ["pwritev", ENOSPC, "PERSIST_IO"],
    ["pwritev", EIO, "PERSIST_IO"],
    ["fdatasync", EIO, "PERSIST_IO"],
    ["read_memory", EFAULT, "PERSIST_DETACHED"],
  ] as const)
    it(`are removed when ${call} fails with ${errno}`, async function () {
      const directory = temporaryDirectory();
      if (call === "read_memory" && !canLeaveCache(directory)) this.skip(); // a file system in memory has nothing else
      const bytes = bytesOf(9 * MIB);
      native().plan([{ call, at: call === "fdatasync" ? 1 : 2, how: "fail", errno }]);
      try {
        const arrays = [{ name: "a", dtype: "uint8", shape: [bytes.length], bytes }];
        await assert.rejects(
          npyStore.write(directory, "", arrays, { durability: "full", uncached: true }),
          (error) => isPersistError(error, code),
        );
      } finally {
        native().plan([]);
      }
      assert.deepEqual(readdirSync(directory), []);
    });
});
