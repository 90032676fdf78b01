// Archives of every kind that the first version wrote are kept in test/fixtures/format-1/ and must open for ever, by every way of reading; what a later version writes is refused.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  Checkpoints,
  DataSet,
  NDArray,
  isPersistError,
  open,
  readArray,
  restore,
  type SaveOptions,
} from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { temporaryDirectory } from "../support/temporary.ts";

type Items = Record<string, unknown>;

interface Kinds {
  archives: Record<string, { items(library: typeof NDArray): Items; options?: SaveOptions }>;
  datasetItems(library: typeof NDArray): Record<string, [value: unknown, info: unknown]>;
  checkpoints(library: typeof NDArray): Record<string, Items>;
  frames: [step: number, frame: number[]][];
}

const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/format-1", import.meta.url));

describe("format 1", () => {
  let home: string;
  let kinds: Kinds;
  let modules: { "my-sim": object };

  // A copy, as a checkout or an unpacked archive is one: no links between files, and nothing of the fixtures can change.
  before(async () => {
    home = join(temporaryDirectory(), "format-1");
    cpSync(FIXTURES, home, { recursive: true });
    mkdirSync(join(home, "node_modules/my-sim"), { recursive: true });
    renameSync(join(home, "modules.mjs"), join(home, "node_modules/my-sim/index.mjs"));
    writeFileSync(join(home, "node_modules/my-sim/package.json"), '{ "exports": "./index.mjs" }');
    writeFileSync(join(home, "modules.mjs"), 'export * from "my-sim";\n');
    kinds = (await import(pathToFileURL(join(home, "kinds.mjs")).href)) as Kinds;
    modules = { "my-sim": (await import(pathToFileURL(join(home, "modules.mjs")).href)) as object };
  });

  const pathOf = (name: string, { form }: SaveOptions = {}): string =>
    join(home, form === "module" ? `${name}.mjs` : `${name}/index.js`);

  /** What archives must hold; a single item is the default export. */
  const expected = (name: string): Items => {
    const { items, options } = kinds.archives[name]!;
    const made = items(NDArray);
    return options?.single === true ? { default: Object.values(made)[0] } : made;
  };

  const names = readdirSync(FIXTURES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name === "module.mjs")
    .map(({ name }) => name.replace(/\.mjs$/, ""))
    .filter((name) => !/^(dataset|compacted|checkpoints|files|.*_arrays)$/.test(name));

  it("is there in every kind that is described", () => {
    for (const name of Object.keys(kinds.archives)) assert.ok(names.includes(name), name);
  });

  /** The items, in the order of the expected ones: that of a module's exports is another. */
  function same(expected: Items, found: Items): void {
    assert.deepEqual(Object.keys(found).toSorted(), Object.keys(expected).toSorted());
    const inOrder = Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]]));
    assert.equal(difference(expected, inOrder, { references: Object.values(modules["my-sim"]) }), null);
  }

  for (const name of names) {
    it(`${name}: open, mapped and copied, and import`, async () => {
      const path = pathOf(name, kinds.archives[name]!.options);
      for (const map of [true, false]) same(expected(name), await open(path, { modules, map }));
      same(expected(name), (await import(pathToFileURL(path).href)) as Items);
      const text = readFileSync(path, "utf8");
      assert.ok(text.startsWith("// persist-archive format 1\n"));
      if (!text.includes("import { load }")) same(expected(name), restore(text, { modules }));
    });
  }

  for (const name of ["dataset", "compacted"]) {
    it(`${name}: the items and what is known of them`, async () => {
      const runs = await DataSet.open(join(home, name));
      const items = kinds.datasetItems(NDArray);
      assert.deepEqual(runs.names().toSorted(), Object.keys(items).toSorted());
      const { info } = (await import(pathToFileURL(join(home, name, "index.js")).href)) as { info: Items };
      for (const [item, [value, known]] of Object.entries(items)) {
        assert.equal(difference(value, await runs.get(item)), null);
        assert.deepEqual([runs.info(item), info[item]], [known ?? {}, known ?? {}]);
        const { default: found } = (await import(
          pathToFileURL(join(home, name, `${item}.js`)).href
        )) as Items;
        assert.equal(difference(value, found), null);
      }
      await runs.close();
    });
  }

  it("checkpoints: the steps and the newest of them", async () => {
    const series = await Checkpoints.open(join(home, "checkpoints"));
    const states = kinds.checkpoints(NDArray);
    assert.deepEqual(await series.steps(), Object.keys(states).map(Number));
    for (const [step, state] of Object.entries(states)) same(state, await series.open(Number(step)));
    assert.equal((await series.latest())?.step, 10);
    await series.close();
  });

  // Titles say what Node alone cannot do; test/native/missing.test.ts runs the others without the addon.
  it("checkpoints: they are verified, and the trajectory goes on, with the addon", async () => {
    const series = await Checkpoints.open(join(home, "checkpoints"));
    for (const step of await series.steps()) assert.deepEqual((await series.verify(step)).problems, []);
    const x = await series.trajectory("x", { dtype: "float64", shape: [3], from: 10 });
    assert.deepEqual(
      [...(await x.read()).data],
      kinds.frames.flatMap(([, frame]) => frame),
    );
    await series.close();
  });

  for (const [which, pattern] of [
    ["npy and npz", /\.np[yz](#|$)/],
    ["HDF5, with the addon", /\.h5#/],
  ] as const) {
    it(`array files: as NumPy and h5py saw them: ${which}`, async () => {
      const seen = JSON.parse(readFileSync(join(home, "numpy.json"), "utf8")) as {
        path: string;
        dtype: string;
        shape: number[];
        sha256: string;
      }[];
      const some = seen.filter(({ path }) => pattern.test(path));
      assert.ok(some.length > 5);
      for (const { path, dtype, shape, sha256 } of some) {
        const array = await readArray(join(home, path));
        const { data } = array.contiguous();
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        assert.deepEqual([path, array.shape], [path, shape]);
        if (!/^(str|bytes)/.test(dtype)) assert.equal(array.dtype, dtype, path);
        assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256, path);
      }
    });
  }

  it("array files: attributes, with the addon", async () => {
    const { attributes } = await readArray(join(home, "files/all.h5#/deep/psi"));
    assert.equal((attributes as Items)["units"], "m");
  });
});

describe("a format of the future is refused", () => {
  const isOfTheFuture = (error: unknown): boolean =>
    isPersistError(error, "PERSIST_VERSION") && /2|999/.test(error.message);
  let home: string;
  const edit = (path: string, from: string | RegExp, to: string): void => {
    const before = readFileSync(join(home, path), "utf8");
    const after = before.replace(from, to);
    assert.notEqual(after, before);
    writeFileSync(join(home, path), after);
  };

  beforeEach(() => {
    home = join(temporaryDirectory(), "format-2");
    cpSync(FIXTURES, home, { recursive: true });
  });

  it("in an archive, a module and a text", async () => {
    edit("npy/index.js", "format 1", "format 2");
    edit("module.mjs", "format 1", "format 999");
    await assert.rejects(open(join(home, "npy")), isOfTheFuture);
    await assert.rejects(open(join(home, "module")), isOfTheFuture);
    assert.throws(() => restore(readFileSync(join(home, "npy/index.js"), "utf8")), isOfTheFuture);
  });

  it("in the index of a data set", async () => {
    edit("dataset/index.js", "format 1", "format 2");
    await assert.rejects(DataSet.open(join(home, "dataset")), isOfTheFuture);
  });

  it("in the index of a data set by a writer, with the addon", async () => {
    edit("dataset/index.js", "format 1", "format 2");
    for (const mode of ["r+", "a"] as const)
      await assert.rejects(DataSet.open(join(home, "dataset"), { mode }), isOfTheFuture);
  });

  it("in an item of a data set", async () => {
    const [version] = readdirSync(join(home, "dataset")).filter((name) => /^second~.*\.js$/.test(name));
    edit(`dataset/${version!}`, "format 1", "format 2");
    const runs = await DataSet.open(join(home, "dataset"));
    await assert.rejects(runs.get("second"), isOfTheFuture);
    await runs.close();
  });

  describe("in a checkpoint's", () => {
    const LAST = "checkpoints/step-000000010";
    let series: Checkpoints;
    beforeEach(async () => (series = await Checkpoints.open(join(home, "checkpoints"))));
    afterEach(() => series.close());
    const verified = async (): Promise<string[]> =>
      (await series.verify(10)).problems.map(({ code }) => code);

    it("module", async () => {
      edit(`${LAST}/index.js`, "format 1", "format 2");
      await assert.rejects(series.open(10), isOfTheFuture);
      await assert.rejects(series.latest(), isOfTheFuture, "it is not passed over as a damaged one is");
      assert.ok((await verified()).includes("PERSIST_VERSION"));
    });

    it("manifest", async () => {
      edit(`${LAST}/_arrays.json`, /"format":\s*1/, '"format":2');
      assert.deepEqual(await verified(), ["PERSIST_VERSION"]);
    });

    it("manifest by a writer, with the addon", async () => {
      edit(`${LAST}/_arrays.json`, /"format":\s*1/, '"format":2');
      await assert.rejects(series.trajectory("x", { dtype: "float64", shape: [3], from: 10 }), isOfTheFuture);
    });
  });
});
