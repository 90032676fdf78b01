// npy files of every kind, with the bytes that NumPy sees in them, and files that are broken or hostile.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import {
  PersistError,
  RecordArray,
  mapArray,
  readArray,
  type NDArray,
  type RecordField,
} from "persist-archive";

const FIXTURES = new URL("../../../test/fixtures/arrays/", import.meta.url);

interface Case {
  name: string;
  file: string;
  expect?: {
    dtype: string;
    shape: number[];
    order: string;
    hex?: string;
    itemsize?: number;
    fields?: { name: string; offset: number; dtype: string; shape: number[]; hex: string }[];
    fieldCount?: number;
  };
  expectError?: string[];
}

const { cases: all } = JSON.parse(readFileSync(new URL("index.json", FIXTURES), "utf8")) as { cases: Case[] };
const cases = all.filter(({ file }) => file.endsWith(".npy"));

const CODES: Record<string, string[]> = {
  corrupt: ["PERSIST_FORMAT", "PERSIST_TRUNCATED", "PERSIST_CORRUPT"],
  unsupported: ["PERSIST_UNSUPPORTED"],
  refused: ["PERSIST_UNSUPPORTED", "PERSIST_PATH_ESCAPE"],
  limit: ["PERSIST_LIMIT"],
};

const isRecord = ({ expect }: Case): boolean => expect?.dtype === "record";

function hexOf(array: NDArray): string {
  const { data } = array.contiguous();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
}

describe("npy files of others", () => {
  it("are in the collection in good number", () => assert.ok(cases.length > 80));

  for (const one of cases) {
    const file = new URL(one.file, FIXTURES);
    const { expect, expectError } = one;
    if (expect !== undefined && !isRecord(one)) {
      it(`${one.name} is read exactly, copied and mapped`, async () => {
        for (const array of [await readArray(file), mapArray(file)]) {
          assert.equal(array.dtype, expect.dtype);
          assert.deepEqual(array.shape, expect.shape);
          assert.equal(hexOf(array), expect.hex);
          const axes = array.shape.length;
          if (expect.order === "F" && axes > 1)
            assert.equal(array.stride[0], 1, "Fortran order shows in the stride");
        }
      });
    } else if (expect !== undefined) {
      it(`${one.name} is read field by field`, async () => {
        const records = await readArray(file);
        assert.ok(records instanceof RecordArray);
        assert.deepEqual([records.dtype, records.shape], [`V${expect.itemsize}`, expect.shape]);
        assert.equal(records.fields.length, expect.fieldCount);
        for (const { name, offset, dtype, shape, hex } of expect.fields!) {
          const field: RecordField = records.fields.find((candidate) => candidate.name === name)!;
          assert.deepEqual([field.dtype, field.offset_bytes], [dtype, offset]);
          assert.deepEqual(records.field(name).shape, shape);
          assert.equal(hexOf(records.field(name)), hex, name);
        }
      });
    } else {
      it(`${one.name} is refused, at once and without allocating what it claims`, async () => {
        const allowed = expectError!.flatMap((name) => CODES[name] ?? []);
        const started = process.cpuUsage();
        for (const attempt of [() => readArray(file), async () => mapArray(file)]) {
          const error = await attempt().then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined && expectError?.includes("ok")) continue;
          assert.ok(error instanceof PersistError, `an error is expected, not ${String(error)}`);
          assert.ok(allowed.includes(error.code), `${error.code}: ${error.message}`);
          assert.match(error.message, new RegExp(one.file));
        }
        assert.ok(process.cpuUsage(started).user < 1_000_000);
        assert.equal(existsSync("pwned"), false);
      });
    }
  }
});
