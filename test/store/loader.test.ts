// The loader that archives carry: plain JavaScript of 2022, one text, and clear words when a file is not what it should be.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "acorn";
import { NDArray } from "persist-archive";
import { hdf5Store } from "#dist/store/hdf5-store.js";
import { loaderName, loaderText } from "#dist/store/loader.js";
import { npyStore } from "#dist/store/npy-store.js";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

type Table = Record<string, readonly unknown[]>;
type Load = (url: string, table: Table, heads?: Record<string, readonly number[]>) => Record<string, unknown>;

const values = Float64Array.from({ length: 6 }, (_, k) => k + 0.5);
const bytes = new Uint8Array(values.buffer);

describe("the archive's loader", () => {
  let directory: string;
  let url: string;
  let load: Load;

  before(async () => {
    directory = temporaryDirectory();
    url = pathToFileURL(join(directory, "index.js")).href;
    writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
    const file = join(directory, loaderName("package"));
    writeFileSync(file, loaderText);
    ({ load } = (await import(pathToFileURL(file).href)) as { load: Load });
    const arrays = [
      { name: "a", dtype: "float64", shape: [2, 3], bytes },
      { name: "c", dtype: "complex128", shape: [3], bytes },
      { name: "odd #%? name", dtype: "bool", shape: [3], bytes: new Uint8Array([0, 1, 1]) },
    ];
    await npyStore.write(directory, "_arrays/", arrays, { durability: "process" });
  });

  it("is named after its text", () => {
    const hash = createHash("sha256").update(loaderText).digest("hex").slice(0, 6);
    assert.equal(loaderName("package"), `_load-${hash}.js`);
    assert.equal(loaderName("module", "run"), `run_load-${hash}.mjs`);
  });

  it("is JavaScript of 2022 without top-level await, and imports Node's own modules only", () => {
    // acorn refuses what is newer, and top-level await too, unless told otherwise
    const program = parse(loaderText, {
      ecmaVersion: 2022,
      sourceType: "module",
      allowAwaitOutsideFunction: false,
    });
    const imports = program.body.flatMap((node) =>
      node.type === "ImportDeclaration" ? [String(node.source.value)] : [],
    );
    assert.ok(imports.length > 0);
    for (const specifier of imports) assert.match(specifier, /^node:/);
    assert.ok(loaderText.split("\n").length < 200);
  });

  it("gives typed arrays for a length, and n-dimensional arrays for a shape", () => {
    const arrays = load(url, {
      flat: ["_arrays/a.npy", "<f8", [2, 3]],
      odd: ["_arrays/odd #%? name.npy", "|b1", 3],
      c: ["_arrays/c.npy", "<c16", [3]],
    });
    assert.deepEqual(arrays["odd"], new Uint8Array([0, 1, 1]));
    const a = arrays["flat"] as NDArray;
    assert.equal(NDArray.isNDArray(a), true);
    assert.equal(a.get(1, 2), 5.5);
    a.set(1, 2, 7);
    assert.equal(a.get(1, 2), 7);
    assert.throws(() => a.get(2, 0), RangeError);
    const c = arrays["c"] as NDArray;
    assert.deepEqual(c.get(1), { re: 2.5, im: 3.5 });
    c.set(1, { re: 1, im: 2 });
    assert.deepEqual(c.get(1), { re: 1, im: 2 });
    // what it gives can be taken by this library as it is
    assert.deepEqual(new NDArray(c).contiguous().data, c.data);
  });

  it("reads into memory of its own", () => {
    const { a } = load(url, { a: ["_arrays/a.npy", "<f8", [2, 3]] }) as { a: NDArray };
    assert.equal(a.data.byteOffset, 0);
    assert.equal(a.data.buffer.byteLength, 48);
  });

  it("works by require, and for a URL with a query", () => {
    const program = `
const { load } = require(${JSON.stringify(join(directory, loaderName("package")))});
const { a } = load(${JSON.stringify(`${url}?v=2`)}, { a: ["_arrays/a.npy", "<f8", [2, 3]] });
console.log(a.get(0, 1));`;
    assert.equal(
      execFileSync(process.execPath, ["--no-warnings", "-e", program], { encoding: "utf8" }).trim(),
      "1.5",
    );
  });

  it("reads what numpy.save has put in an array's place", async () => {
    await npyStore.write(directory, "mended/", [{ name: "m", dtype: "float64", shape: [2, 3], bytes }], {
      durability: "process",
    });
    const path = join(directory, "mended/m.npy");
    for (const how of ["a * 2", "np.asfortranarray(a * 2)"]) {
      python(`a = np.load(given); np.save(given, ${how})`, path);
      const { m } = load(url, { m: ["mended/m.npy", "<f8", [2, 3]] }) as { m: NDArray };
      python("a = np.load(given); np.save(given, a / 2)", path);
      assert.equal(m.get(1, 0), 7);
    }
    python(`a = np.load(given); np.lib.format.write_array(open(given, "wb"), a, version=(3, 0))`, path);
    assert.equal((load(url, { m: ["mended/m.npy", "<f8", [2, 3]] })["m"] as NDArray).get(1, 0), 3.5);
  });

  it("says which array, which file, what it found and what it expected", async () => {
    const fails = (
      row: readonly unknown[],
      words: RegExp,
      heads?: Record<string, readonly number[]>,
    ): void => {
      assert.throws(
        () => load(url, { name1: row }, heads),
        (error: Error) => {
          assert.match(error.message, /^array name1, /);
          assert.ok(error.message.includes(join(directory, String(row[0]))));
          assert.match(error.message, words);
          return true;
        },
      );
    };
    fails(["_arrays/none.npy", "<f8", 6], /ENOENT/);
    fails(["_arrays/a.npy", "<f8", [6]], /it holds <f8 \(2,3\), and <f8 \(6\) is expected/);
    fails(["_arrays/a.npy", "<f4", [2, 3]], /it holds <f8 \(2,3\), and <f4 \(2,3\) is expected/);
    fails(["package.json", "<f8", [2, 3]], /an npy file is expected/);
    fails(["_arrays/a.npy", "|O", [2, 3]], /\|O is not known/);
    const stored = await hdf5Store.write(
      directory,
      "_arrays/",
      [{ name: "h", dtype: "float64", shape: [6], bytes }],
      { durability: "process" },
    );
    const row = stored.rows["h"]!;
    fails(row, /no size and checksum/);
    fails(row, /rewritten/, { [row[0]]: [1, 2] });
    assert.deepEqual((load(url, { h: row }, stored.heads)["h"] as NDArray).data, values);
    truncateSync(join(directory, "_arrays/a.npy"), 150);
    fails(["_arrays/a.npy", "<f8", [2, 3]], /too short/);
  });
});
