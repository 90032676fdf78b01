// One graph with a bit of everything through the whole library: saved in every form, and read back by every way there is.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  NDArray,
  isPersistError,
  open,
  restore,
  save,
  stringify,
  type SaveOptions,
  type SaveReport,
  verify,
} from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { importFromProject, projectDirectory, type Members } from "../support/project.ts";
import { python } from "../support/python.ts";

/** One is found by a relative path, the other in a package that is installed. */
const classes = await importFromProject("./classes.mjs");
const mesh = await importFromProject("@lab/mesh");

/** Plain objects, a Map, instances, what is shared, a cycle, and arrays large and small. The same at every call. */
function makeItems() {
  const psi = new NDArray({
    data: Float64Array.from({ length: 2 * 32 * 48 }, (_, i) => Math.sin(i) / (i + 1)),
    shape: [32, 48],
    dtype: "complex128",
  });
  const axis = Float64Array.from({ length: 512 }, (_, i) => -12 + (24 * i) / 512);
  axis[7] = -0;
  axis[8] = NaN;
  const grid = Object.assign(Object.create(classes["Grid"].prototype as object), {
    n: 512,
    dx: 24 / 512,
    axis,
  });
  const parameters = { g: 100.5, label: "harmonic", tags: ["a", "b"], started: new Date(1_748_779_200_000) };
  const energies = new Map<unknown, unknown>([
    [0, 1.5],
    [parameters, { grid, steps: 10n }],
  ]);
  const state: Record<string, unknown> = {
    psi,
    grid,
    parameters,
    element: new mesh["Element"](),
    few: [1, 2],
  };
  state["history"] = [
    { step: 1, before: null as unknown },
    { step: 2, before: state },
  ];
  energies.set("state", state);
  return { state, grid, parameters, energies, axis, window: Float32Array.of(1, 0.5), none: null, class: 1 };
}

const references = [
  classes["Grid"],
  classes["Grid"].prototype,
  mesh["Element"],
  mesh["Element"].prototype,
] as unknown[];

const FORMS: [string, SaveOptions][] = [
  ["a package with npy files", {}],
  ["a package with an HDF5 file", { arrays: "hdf5" }],
  ["a package with an npz file", { arrays: "npz" }],
  ["a package with a compressed npz file", { arrays: "npz", compress: true }],
  ["a package with a compressed HDF5 file", { arrays: "hdf5", compress: true }],
  ["a module with npy files", { form: "module" }],
  ["a module with an HDF5 file", { form: "module", arrays: "hdf5" }],
  ["a package with all arrays in files", { arrayThreshold: 0 }],
  ["a package with all arrays in its text", { arrayThreshold: Infinity }],
];

for (const [name, options] of FORMS) {
  describe(`the same graph in ${name}`, () => {
    const path = join(projectDirectory, "slice", name.replaceAll(" ", "-"));
    let report: SaveReport;
    let modules: Record<string, object>;

    before(async () => {
      report = await save(path, makeItems(), options);
      modules = { "../../classes.mjs": classes, "../classes.mjs": classes, "@lab/mesh": mesh };
    });

    it("comes back by import()", async () => {
      const items = { ...((await import(pathToFileURL(report.path).href)) as Members) };
      assert.deepEqual(Object.keys(items), Object.keys(makeItems()).toSorted());
      for (const [key, value] of Object.entries(makeItems()))
        assert.equal(difference(value, items[key]), null, key);
      assert.equal(difference(inOrder(makeItems()), inOrder(items), { references }), null);
    });

    it("comes back by require()", () => {
      const items = createRequire(import.meta.url)(report.path) as Members;
      assert.equal(difference(inOrder(makeItems()), inOrder(items), { references }), null);
    });

    it("comes back by open(), in the order of the items", async () => {
      const items = await open(path, { modules });
      assert.equal(Object.getPrototypeOf(items), null);
      assert.deepEqual(Object.keys(items).toSorted(), Object.keys(makeItems()).toSorted());
      assert.equal(difference(inOrder(makeItems()), inOrder(items), { references }), null);
    });

    it("comes back by open() with copies instead of mappings", async () => {
      const copied = `${path}-copied`;
      await save(copied, makeItems(), options);
      const items = await open(copied, { modules, map: false });
      assert.equal(difference(inOrder(makeItems()), inOrder(items), { references }), null);
      assert.deepEqual(filesMapped(copied.replace(/\.mjs$/, "")), []);
    });

    it("comes back where its path is a file: URL", async () => {
      const items = await open(pathToFileURL(path), { modules });
      assert.equal(difference(inOrder(makeItems()), inOrder(items), { references }), null);
    });
  });
}

describe("what was saved", () => {
  const path = join(projectDirectory, "slice", "python");

  it("is read by NumPy from npy files", async () => {
    const { state } = makeItems();
    await save(path, { psi: state["psi"] });
    const seen = python<{ dtype: string; shape: number[]; hex: string }>(
      `a = np.load(given, allow_pickle=False)
result = {"dtype": a.dtype.name, "shape": list(a.shape), "hex": a.tobytes().hex()}`,
      join(path, "_arrays", "psi.npy"),
    );
    assert.deepEqual(seen, { dtype: "complex128", shape: [32, 48], hex: hexOf(state["psi"] as NDArray) });
  });

  it("is read by NumPy from a compressed npz file, which is smaller; and not when a byte of it has changed", async () => {
    const zeros = new Float64Array(100_000);
    const { path: module } = await save(`${path}-npz`, { zeros, n: 1 }, { arrays: "npz", compress: true });
    const file = join(`${path}-npz`, "_arrays", "arrays.npz");
    assert.ok(statSync(file).size < 10_000);
    assert.deepEqual(
      python("a = np.load(given)['zeros']\nresult = [a.dtype.str, list(a.shape), float(a.sum())]", file),
      ["<f8", [100_000], 0],
    );
    assert.deepEqual((await open(`${path}-npz`))["zeros"], zeros);
    const text = readFileSync(module, "utf8");
    const damaged = text.replace(/, (\d+)\](?=,\n\}, \{)/, (_, size: string) => `, ${Number(size) - 5}]`);
    assert.notEqual(damaged, text);
    writeFileSync(module, damaged);
    await assert.rejects(
      open(`${path}-npz`),
      (error) => isPersistError(error, "PERSIST_FORMAT") && error.file === file,
    );
    await assert.rejects(import(`${pathToFileURL(module).href}?damaged`), /array zeros/);
  });

  it("is read by h5py from a compressed HDF5 file, in one chunk for each array, whose place the table tells", async () => {
    const ramp = Float64Array.from({ length: 400_000 }, (_, k) => Math.round(Math.sin(k) * 100) / 8);
    const grid = new NDArray({ data: new Int32Array(12).fill(7), shape: [3, 4] });
    const items = { ramp, grid, one: new NDArray({ data: new Float64Array([3]), shape: [] }) };
    const { path: module } = await save(`${path}-h5z`, items, {
      arrays: "hdf5",
      compress: true,
      arrayThreshold: 0,
    });
    const file = join(`${path}-h5z`, "_arrays", "arrays.h5");
    assert.ok(statSync(file).size < ramp.byteLength / 2);
    const seen = python(
      `
with h5py.File(given, "r") as f:
    result = [f["ramp"].chunks, f["ramp"].compression, f["ramp"][()].tolist() == (np.array(f["ramp"][:400000])).tolist(), float(f["ramp"][()].sum()), f["grid"][()].tolist(), float(f["one"][()])]`,
      file,
    ) as unknown[];
    const sum = ramp.reduce((a, b) => a + b);
    assert.deepEqual(seen, [
      [400_000],
      "gzip",
      true,
      seen[3],
      [
        [7, 7, 7, 7],
        [7, 7, 7, 7],
        [7, 7, 7, 7],
      ],
      3,
    ]);
    assert.ok(Math.abs((seen[3] as number) - sum) < 1e-6);
    for (const back of [await open(`${path}-h5z`), (await import(pathToFileURL(module).href)) as Members]) {
      assert.deepEqual(back["ramp"], ramp);
      assert.deepEqual((back["grid"] as NDArray).data, grid.data);
    }
    await assert.rejects(open(`${path}-h5z`, { mode: "r+" }), (error) =>
      isPersistError(error, "PERSIST_UNSUPPORTED"),
    );
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 0x10;
    writeFileSync(file, bytes);
    assert.equal((await verify(`${path}-h5z`)).ok, false);
  });

  it("is read by h5py from an HDF5 file", async () => {
    const { state } = makeItems();
    await save(`${path}-hdf5`, { psi: state["psi"] }, { arrays: "hdf5" });
    const seen = python<{ dtype: string; shape: number[]; hex: string }>(
      `with h5py.File(given, "r") as f:
    a = f["psi"][()]
result = {"dtype": a.dtype.name, "shape": list(a.shape), "hex": a.tobytes().hex()}`,
      join(`${path}-hdf5`, "_arrays", "arrays.h5"),
    );
    assert.deepEqual(seen, { dtype: "complex128", shape: [32, 48], hex: hexOf(state["psi"] as NDArray) });
  });

  it("is mapped by open(), from npy and from HDF5", async () => {
    for (const directory of [path, `${path}-hdf5`]) {
      const { psi } = (await open(directory)) as { psi: NDArray };
      assert.equal(filesMapped(directory).length, 1, directory);
      assert.equal(Buffer.from(psi.data.buffer as ArrayBuffer, psi.data.byteOffset).length, 32 * 48 * 16);
    }
  });

  it("can be saved again, from the import and from the mapping, to the same bytes of text", async () => {
    const imported = (await import(pathToFileURL(join(path, "index.js")).href)) as Members;
    const opened = await open(path);
    for (const [again, items] of [
      ["imported", { psi: imported["psi"] as unknown }],
      ["opened", { ...opened }],
    ] as const) {
      const report = await save(`${path}-${again}`, items);
      assert.equal(readFileSync(report.path, "utf8"), readFileSync(join(path, "index.js"), "utf8"), again);
      assert.equal(difference({ ...opened }, { ...(await open(`${path}-${again}`)) }), null, again);
    }
  });
});

describe("the text of the same graph", () => {
  const modules = () => {
    const text = stringify(makeItems());
    const specifier = /from "([^"]*classes\.mjs)"/.exec(text)![1]!;
    return { [specifier]: classes, "@lab/mesh": mesh };
  };

  it("comes back by restore()", () => {
    const items = restore(stringify(makeItems()), { modules: modules() });
    assert.equal(difference(inOrder(makeItems()), inOrder(items), { references }), null);
  });

  it("is the same at every call", () => {
    assert.equal(stringify(makeItems()), stringify(makeItems()));
  });
});

/** The items in one order of keys: a namespace sorts its own. */
function inOrder(items: Members): Members {
  return Object.fromEntries(Object.keys(makeItems()).map((name) => [name, items[name] as unknown]));
}

/** Files below a directory that this process has mapped. */
function filesMapped(directory: string): string[] {
  const lines = readFileSync("/proc/self/maps", "utf8").split("\n");
  return [
    ...new Set(
      lines
        .filter((line) => line.includes(`${directory}/`) || line.includes(`${directory}_arrays/`))
        .map((line) => line.replace(/^[^/]*/, "")),
    ),
  ];
}

function hexOf({ data }: NDArray): string {
  return Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).toString("hex");
}
