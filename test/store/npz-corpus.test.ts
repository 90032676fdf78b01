// npz files of every kind, with what NumPy sees in them, and files that are broken or hostile.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PersistError, listArrays, mapArray, readArray, readArrays, type NDArray } from "persist-archive";
import { assertSameDirectory } from "./same-directory.ts";

const FIXTURES = new URL("../../../test/fixtures/arrays/", import.meta.url);

interface Member {
  dtype: string;
  shape: number[];
  order: string;
  hex: string;
}

interface Case {
  name: string;
  file: string;
  expect?: { members: Record<string, Member>; keys?: string[]; keyCount?: number };
  expectError?: string[];
}

const { cases: all } = JSON.parse(readFileSync(new URL("index.json", FIXTURES), "utf8")) as { cases: Case[] };
const cases = all.filter(({ file }) => file.endsWith(".npz"));

const CODES: Record<string, string[]> = {
  corrupt: ["PERSIST_FORMAT", "PERSIST_TRUNCATED", "PERSIST_CORRUPT"],
  unsupported: ["PERSIST_UNSUPPORTED"],
  refused: ["PERSIST_UNSUPPORTED", "PERSIST_PATH_ESCAPE"],
  limit: ["PERSIST_LIMIT"],
  checksum: ["PERSIST_CORRUPT"],
};

function seenIn(array: NDArray): Omit<Member, "order"> {
  const { data, dtype, shape } = array.contiguous();
  return {
    dtype,
    shape: [...shape],
    hex: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
  };
}

/** Reads all arrays of a file; the first error, if any. */
async function readAll(file: string): Promise<unknown> {
  try {
    for (const { name, problem } of await listArrays(file)) {
      if (problem !== undefined) throw problem;
      await readArray(`${file}#${name}`);
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("npz files of others", () => {
  it("are in the collection in good number", () => assert.ok(cases.length > 30));

  it("have directories that are alike with the addon and without", () => {
    const compared = cases.filter(({ file }) => assertSameDirectory(fileURLToPath(new URL(file, FIXTURES))));
    assert.ok(compared.length > cases.length / 2);
  });

  for (const { name, file, expect, expectError } of cases) {
    const path = fileURLToPath(new URL(file, FIXTURES));
    if (expect !== undefined) {
      it(`${name} is read exactly, copied and mapped`, async () => {
        const infos = await listArrays(path);
        if (expect.keys !== undefined)
          assert.deepEqual(
            infos.map((info) => info.name),
            expect.keys,
          );
        if (expect.keyCount !== undefined) assert.equal(infos.length, expect.keyCount);
        for (const [key, { dtype, shape, hex, order }] of Object.entries(expect.members)) {
          const info = infos.find((one) => one.name === key)!;
          assert.deepEqual([info.dtype, info.shape, info.size_bytes], [dtype, shape, hex.length / 2]);
          const array = await readArray(`${path}#${key}`);
          assert.deepEqual(seenIn(array), { dtype, shape, hex });
          if (order === "F" && shape.length > 1) assert.equal(array.stride[0], 1);
          const part = await readArray(`${path}#${key}`, {
            selection: shape.map(() => [null, null, -1] as const),
          });
          const whole = array.slice(shape.map(() => [null, null, -1] as const));
          assert.deepEqual(seenIn(part), seenIn(whole));
          if (info.mappable) {
            const mapped = mapArray(`${path}#${key}`);
            assert.deepEqual(seenIn(mapped), { dtype, shape, hex });
            mapped.close();
          }
        }
        const many = await readArrays(path, { only: Object.keys(expect.members) });
        for (const [key, { dtype, shape, hex }] of Object.entries(expect.members))
          assert.deepEqual(seenIn(many[key]!), { dtype, shape, hex });
      });
    } else {
      it(`${name} is refused, at once and without allocating what it claims`, async () => {
        const allowed = expectError!.flatMap((kind) => CODES[kind] ?? []);
        const started = process.cpuUsage();
        const error = await readAll(path);
        if (error === undefined) assert.ok(expectError!.includes("ok"), "an error is expected");
        else {
          assert.ok(error instanceof PersistError);
          assert.ok(allowed.includes(error.code), `${error.code}: ${error.message}`);
          assert.match(error.message, new RegExp(file));
        }
        assert.ok(process.cpuUsage(started).user < 1_000_000);
        assert.equal(existsSync("evil.npy") || existsSync("../evil.npy"), false);
      });
    }
  }
});
