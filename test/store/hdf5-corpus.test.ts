// HDF5 files of every kind, with what h5py sees in them, and files that are broken or hostile.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  isPersistError,
  listArrays,
  mapArray,
  NDArray,
  readArray,
  RecordArray,
  type PersistError,
} from "persist-archive";

const FIXTURES = new URL("../../../test/fixtures/hdf5/", import.meta.url);

interface Value {
  type?: string;
  dtype?: string;
  shape?: number[] | null;
  hex?: string;
  sha256?: string;
  strings?: string[];
  itemsize?: number;
  fields?: (Value & { name: string })[];
  attrs?: Record<string, Value>;
  enum?: Record<string, number>;
  childCount?: number;
}
interface Case {
  name: string;
  file: string;
  expect?: { objects: Record<string, Value> };
  expectError?: string[];
  acceptError?: string[];
}

const { cases } = JSON.parse(readFileSync(new URL("index.json", FIXTURES), "utf8")) as { cases: Case[] };

const CODES: Record<string, string[]> = {
  corrupt: ["PERSIST_FORMAT", "PERSIST_TRUNCATED", "PERSIST_CORRUPT"],
  unsupported: ["PERSIST_UNSUPPORTED"],
  refused: ["PERSIST_UNSUPPORTED", "PERSIST_PATH_ESCAPE"],
  limit: ["PERSIST_LIMIT"],
  checksum: ["PERSIST_CORRUPT"],
  "not-found": ["PERSIST_NOT_FOUND"],
};
const codesOf = (names: readonly string[]): string[] => names.flatMap((name) => CODES[name] ?? []);

/** What arrays cannot hold: these are refused by name, never misread. */
const REFUSED = new Set(["vlen", "reference"]);

const pathOf = (file: string): string => fileURLToPath(new URL(file, FIXTURES));

function bytesOf(array: NDArray): Buffer {
  const { data } = array.contiguous();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function stringsOf(array: NDArray): unknown[] {
  return Array.from({ length: array.size }, (_, k) => {
    const text = array.shape.length === 0 ? array.get() : array.get(k);
    return text instanceof Uint8Array ? Buffer.from(text).toString() : text;
  });
}

function compare(array: NDArray, expected: Value): void {
  if (expected.shape === null) assert.equal(array.size, 0);
  else assert.deepEqual(array.shape, expected.shape);
  if (expected.dtype === "string") {
    assert.deepEqual(stringsOf(array), expected.strings);
    return;
  }
  if (expected.dtype === "record") {
    if (!(array instanceof RecordArray)) return; // a mapping has the raw bytes
    assert.equal(array.dtype, `V${expected.itemsize}`);
    for (const field of expected.fields!) compare(array.field(field.name), field);
    return;
  }
  assert.equal(array.dtype, expected.dtype);
  if (expected.hex !== undefined) assert.equal(bytesOf(array).toString("hex"), expected.hex);
  if (expected.sha256 !== undefined)
    assert.equal(createHash("sha256").update(bytesOf(array)).digest("hex"), expected.sha256);
  if (expected.enum !== undefined) assert.deepEqual(array.attributes["enum"], expected.enum);
}

async function errorOf(attempt: Promise<unknown>): Promise<PersistError | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    assert.ok(isPersistError(error), `a PersistError is expected, not ${String(error)}`);
    return error;
  }
}

/** Lists a file and reads everything in it, and what links there may lead to; gives what went wrong. */
async function readAll(file: string, links: readonly string[]): Promise<PersistError[]> {
  const errors: (PersistError | undefined)[] = [];
  const names = [...links];
  errors.push(await errorOf(listArrays(file).then((all) => void names.push(...all.map(({ name }) => name)))));
  for (const name of names) errors.push(await errorOf(readArray(`${file}#${name}`)));
  return errors.filter((error) => error !== undefined);
}

/** The links of some hostile files: to other files, or in a circle. Lists do not follow them. */
const LINKS: Record<string, string[]> = {
  "bad-h5-external-link-dotdot": ["e"],
  "bad-h5-external-link-passwd": ["e"],
  "bad-h5-external-link-to-itself": ["a"],
  "bad-h5-soft-link-cycle": ["a", "b"],
  "bad-h5-soft-link-self": ["a"],
};

describe("HDF5 files of others", () => {
  it("are in the collection in good number", () => assert.ok(cases.length > 110, String(cases.length)));

  for (const { name, file, expect, acceptError = [] } of cases) {
    for (const [path, expected] of Object.entries(expect?.objects ?? {})) {
      if (expected.type !== "dataset") continue;
      const refusal = REFUSED.has(expected.dtype!) ? ["PERSIST_UNSUPPORTED"] : codesOf(acceptError);
      it(`${name}: ${path} is read exactly${refusal.length > 0 ? ", or refused" : ""}`, async () => {
        const whole = `${pathOf(file)}#${path}`;
        let array: NDArray;
        try {
          array = await readArray(whole);
        } catch (error) {
          assert.ok(isPersistError(error) && refusal.includes(error.code), String(error));
          return;
        }
        compare(array, expected);
        const [info] = await listArrays(`${pathOf(file)}#${path.slice(1)}`).catch(() => []);
        if (info?.mappable === true) compare(mapArray(whole), expected);
        for (const [key, value] of Object.entries(expected.attrs ?? {}))
          assert.deepEqual(array.attributes[key], value.strings?.[0]);
      });
    }
  }

  it("lead to no other file", async () => {
    for (const [file, name] of [
      ["external-link-passwd.h5", "e"],
      ["external-link-dotdot.h5", "e"],
      ["virtual-passwd.h5", "x"],
    ]) {
      const error = await errorOf(readArray(`${pathOf(`bad-h5-${file}`)}#${name}`));
      assert.ok(error?.code === "PERSIST_UNSUPPORTED" && /another file/.test(error.message), error?.message);
    }
  });

  for (const { name, file, expectError } of cases) {
    if (expectError === undefined) continue;
    it(`${name} does no harm`, async () => {
      const started = process.cpuUsage();
      const errors = await readAll(pathOf(file), LINKS[name] ?? []);
      const allowed = codesOf(expectError);
      if (errors.length === 0) assert.ok(expectError.includes("ok"), "an error was expected");
      for (const error of errors) {
        assert.ok(allowed.includes(error.code), `${error.code}: ${error.message}`);
        assert.match(error.message, new RegExp(file));
      }
      assert.ok(process.cpuUsage(started).user < 1_000_000);
    });
  }
});
