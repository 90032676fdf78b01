// Saving: what is written where, what is refused, and what a failed save leaves behind.
import assert from "node:assert/strict";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isPersistError, NDArray, open, save, type SaveOptions } from "persist-archive";
import { difference } from "../support/isomorphic.ts";
import { importFromProject, projectDirectory, type Members } from "../support/project.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** More elements than an array in the text has. */
const ramp = (length = 300): Float64Array => Float64Array.from({ length }, (_, i) => i / 7);

/** Every file below a directory, sorted. */
function filesIn(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();
}

/** The hash in a loader's name belongs to its content. */
const masked = (files: string[]): string[] =>
  files.map((file) => file.replace(/_load-[0-9a-f]{6}/, "_load-<hash>"));

const importFrom = async (path: string): Promise<Members> => ({
  ...((await import(pathToFileURL(path).href)) as Members),
});

const has =
  (code: string, message = /./) =>
  (error: unknown): boolean =>
    isPersistError(error) && error.code === code && message.test(error.message);

describe("save", () => {
  let directory: string;
  beforeEach(() => (directory = realpathSync(temporaryDirectory())));

  describe("in package form", () => {
    it("writes a directory that can be imported, and says what it wrote", async () => {
      const path = join(directory, "deep", "er", "run");
      const report = await save(path, { psi: ramp(), n: 1 });
      assert.equal(report.path, join(path, "index.js"));
      assert.deepEqual(masked(filesIn(path)), [
        "_arrays/psi.npy",
        "_load-<hash>.js",
        "index.js",
        "package.json",
      ]);
      assert.deepEqual(report.files.map(({ name }) => name).toSorted(), filesIn(path));
      for (const { name, size_bytes } of report.files)
        assert.equal(statSync(join(path, name)).size, size_bytes, name);
      assert.equal(
        report.size_bytes,
        report.files.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
      );
      assert.ok(report.elapsed_ms > 0);
      assert.deepEqual(report.relativeImports, []);
      assert.deepEqual(JSON.parse(readFileSync(join(path, "package.json"), "utf8")), {
        type: "module",
        exports: "./index.js",
      });
      assert.equal(difference({ n: 1, psi: ramp() }, await importFrom(report.path)), null);
    });

    it("writes no loader where no array is outside", async () => {
      await save(join(directory, "run"), { a: [1] });
      assert.deepEqual(filesIn(join(directory, "run")), ["index.js", "package.json"]);
    });

    it("fills an empty directory", async () => {
      mkdirSync(join(directory, "run"));
      await save(join(directory, "run"), { a: 1 });
      assert.deepEqual({ ...(await open(join(directory, "run"))) }, { a: 1 });
    });

    it("can be moved", async () => {
      await save(join(directory, "run"), { psi: ramp() });
      const elsewhere = join(temporaryDirectory(), "moved here");
      const { renameSync } = await import("node:fs");
      renameSync(join(directory, "run"), elsewhere);
      assert.equal(difference({ psi: ramp() }, await importFrom(join(elsewhere, "index.js"))), null);
      assert.equal(difference({ psi: ramp() }, { ...(await open(elsewhere)) }), null);
    });
  });

  describe("in module form", () => {
    for (const given of ["run", "run.mjs"])
      it(`writes one module with its arrays beside it, from the path ${given}`, async () => {
        const report = await save(join(directory, given), { psi: ramp(), n: 1 }, { form: "module" });
        assert.equal(report.path, join(directory, "run.mjs"));
        assert.deepEqual(masked(filesIn(directory)), [
          "run.mjs",
          "run_arrays/psi.npy",
          "run_load-<hash>.mjs",
        ]);
        assert.deepEqual(report.files.map(({ name }) => name).toSorted(), filesIn(directory));
        for (const found of ["run", "run.mjs"])
          assert.equal(
            difference({ n: 1, psi: ramp() }, inOrder(await open(join(directory, found)), ["n", "psi"])),
            null,
          );
        assert.equal(difference({ n: 1, psi: ramp() }, await importFrom(report.path)), null);
      });

    it("lets several modules share a directory", async () => {
      await save(join(directory, "a"), { psi: ramp(200) }, { form: "module" });
      await save(join(directory, "b"), { psi: ramp(300) }, { form: "module" });
      assert.equal((await importFrom(join(directory, "a.mjs")))["psi"].length, 200);
      assert.equal((await importFrom(join(directory, "b.mjs")))["psi"].length, 300);
    });
  });

  for (const odd of ["50%", "a#b", "a?b", "a b", "ψ", 'say "x"', "%41"])
    for (const form of ["package", "module"] as const)
      it(`takes ${JSON.stringify(odd)} for the name of a ${form}`, async () => {
        const { path } = await save(join(directory, odd), { psi: ramp() }, { form });
        assert.equal(difference({ psi: ramp() }, await importFrom(path)), null);
        assert.equal(difference({ psi: ramp() }, { ...(await open(join(directory, odd))) }), null);
        await save(join(directory, odd), { psi: ramp(400) }, { form, overwrite: true });
        assert.equal((await open(path))["psi"] instanceof Float64Array, true);
      });

  it("takes a file: URL", async () => {
    const url = pathToFileURL(join(directory, "a run"));
    const { path } = await save(url, { a: 1 });
    assert.equal(path, join(directory, "a run", "index.js"));
    assert.deepEqual({ ...(await open(new URL(`${url.href}/index.js`))) }, { a: 1 });
  });

  it("takes a path relative to the working directory", async () => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      const { path } = await save("run", { a: 1 });
      assert.equal(path, join(directory, "run", "index.js"));
    } finally {
      process.chdir(before);
    }
  });

  describe("with options", () => {
    it("single: writes the only item as default", async () => {
      const { path } = await save(join(directory, "run"), { state: { n: 1, psi: ramp() } }, { single: true });
      const imported = await importFrom(path);
      assert.deepEqual(Object.keys(imported), ["default"]);
      assert.equal(difference({ n: 1, psi: ramp() }, imported["default"]), null);
      assert.equal(difference({ default: { n: 1, psi: ramp() } }, { ...(await open(path)) }), null);
      await assert.rejects(save(join(directory, "no"), { a: 1, b: 2 }, { single: true }), TypeError);
      await assert.rejects(save(join(directory, "no"), {}, { single: true }), TypeError);
      assert.deepEqual(readdirSync(directory), ["run"]);
    });

    it("single: takes a primitive, too", async () => {
      const { path } = await save(join(directory, "run"), { answer: 42 }, { single: true });
      assert.equal((await importFrom(path))["default"], 42);
    });

    it("arrayThreshold: stores arrays with more elements outside", async () => {
      const items = { at: ramp(100), above: ramp(101) };
      const first = await save(join(directory, "by-default"), items);
      assert.deepEqual(
        first.files.map(({ name }) => name).filter((name) => name.endsWith(".npy")),
        ["_arrays/above.npy"],
      );
      const second = await save(
        join(directory, "zero"),
        { ...items, one: ramp(1), none: ramp(0) },
        { arrayThreshold: 0 },
      );
      assert.deepEqual(
        second.files.map(({ name }) => name).filter((name) => name.endsWith(".npy")),
        ["_arrays/at.npy", "_arrays/above.npy", "_arrays/one.npy"],
      );
      const third = await save(join(directory, "never"), items, { arrayThreshold: Infinity });
      assert.deepEqual(
        third.files.map(({ name }) => name),
        ["package.json", "index.js"],
      );
    });

    it("arrayThreshold: counts the elements of an n-dimensional array, not the numbers of its data", async () => {
      const psi = new NDArray({ data: new Float64Array(200), shape: [10, 10], dtype: "complex128" });
      const { files } = await save(join(directory, "run"), { psi });
      assert.deepEqual(
        files.map(({ name }) => name),
        ["package.json", "index.js"],
      );
    });

    it("arrays: hdf5 puts all arrays into one file", async () => {
      const { files } = await save(join(directory, "run"), { a: ramp(), b: [ramp()] }, { arrays: "hdf5" });
      assert.deepEqual(
        files.map(({ name }) => name).filter((name) => name.startsWith("_arrays")),
        ["_arrays/arrays.h5"],
      );
    });

    it("onProgress: counts up to all bytes of the arrays", async () => {
      for (const arrays of ["npy", "hdf5"] as const) {
        const seen: { done_bytes: number; total_bytes: number }[] = [];
        await save(
          join(directory, arrays),
          { psi: new Float64Array(2e6) },
          {
            arrays,
            durability: "process",
            onProgress: (progress) => seen.push(progress),
          },
        );
        const { done_bytes, total_bytes } = seen.at(-1)!;
        assert.equal(done_bytes, total_bytes, arrays);
        assert.ok(total_bytes >= 16e6 && total_bytes < 16e6 + 1e4, `${total_bytes}`);
      }
    });

    it("durability: process gives the same files", async () => {
      await save(join(directory, "a"), { psi: ramp(), n: 1 });
      await save(join(directory, "b"), { psi: ramp(), n: 1 }, { durability: "process" });
      assert.deepEqual(filesIn(join(directory, "a")), filesIn(join(directory, "b")));
      for (const file of filesIn(join(directory, "a")))
        assert.deepEqual(readFileSync(join(directory, "a", file)), readFileSync(join(directory, "b", file)));
    });

    const misuse: [string, unknown, RegExp][] = [
      ["form", "folder", /form must be "package" or "module"/],
      ["arrays", "csv", /arrays must be "npy", "npz" or "hdf5"/],
      ["compress", true, /compress needs arrays: "npz" or "hdf5"/],
      ["durability", "none", /durability must be/],
      ["arrayThreshold", -1, /arrayThreshold must be/],
      ["arrayThreshold", NaN, /arrayThreshold must be/],
      ["arrayThreshold", "7", /arrayThreshold must be/],
    ];
    for (const [option, value, message] of misuse)
      it(`refuses ${option}: ${JSON.stringify(value)} as misuse, and writes nothing`, async () => {
        await assert.rejects(
          save(join(directory, "run"), { a: 1 }, { [option]: value } as SaveOptions),
          (error) => {
            assert.ok(error instanceof TypeError || error instanceof RangeError);
            return message.test(error.message);
          },
        );
        assert.deepEqual(readdirSync(directory), []);
      });
  });

  for (const path of ["", "a\0b", 7, null, new URL("https://example.org/run")])
    it(`refuses ${String(path).replace("\0", "\\0")} for a path`, () =>
      assert.rejects(save(path as string, { a: 1 }), TypeError));

  it("refuses items that are no object", async () => {
    for (const items of [null, undefined, 1, "ab"])
      await assert.rejects(save(join(directory, "run"), items as never), TypeError);
    assert.deepEqual(readdirSync(directory), []);
  });

  it("lists the modules that it imports by a relative path", async () => {
    const { Grid } = (await importFromProject("./classes.mjs")) as { Grid: { prototype: object } };
    const { Element } = (await importFromProject("@lab/mesh")) as { Element: new () => object };
    const items = { grid: Object.create(Grid.prototype) as object, element: new Element() };
    const inside = await save(join(projectDirectory, "reports", "package"), items);
    assert.deepEqual(inside.relativeImports, ["../../classes.mjs"]);
    const module = await save(join(projectDirectory, "reports", "module"), items, { form: "module" });
    assert.deepEqual(module.relativeImports, ["../classes.mjs"]);
    const text = readFileSync(module.path, "utf8");
    assert.match(text, /^import \{ Grid \} from "\.\.\/classes\.mjs";$/m);
    assert.match(text, /^import \{ Element \} from "@lab\/mesh";$/m);
  });

  describe("with names", () => {
    const refused: [string, RegExp][] = [
      ["../x", /not an identifier/],
      ["/etc/passwd", /not an identifier/],
      ["a/b", /not an identifier/],
      ["..", /not an identifier/],
      ["", /empty/],
      ["a".repeat(300), /more than 200 bytes/],
      ["ψ".repeat(101), /more than 200 bytes/],
      ["_lock", /begin with _/],
      ["__init__", /begin with _/],
      ["__proto__", /begin with _/],
      ["then", /promise/],
      ["default", /single/],
      ["1st", /not an identifier/],
      ["a b", /not an identifier/],
      ["a\n", /not an identifier/],
    ];
    for (const [name, reason] of refused)
      it(`refuses ${JSON.stringify(name.slice(0, 20))} with the reason`, async () => {
        const items = JSON.parse(`{ ${JSON.stringify(name)}: 1 }`) as object;
        await assert.rejects(
          save(join(directory, "run"), items as never),
          has("PERSIST_INVALID_NAME", reason),
        );
        assert.deepEqual(readdirSync(directory), []);
      });

    it("takes reserved words, the text's own names, globals, and 200 bytes", async () => {
      const names = [
        "class",
        "await",
        "arrays",
        "load",
        "bytes",
        "Map",
        "import",
        "$",
        "ψ".repeat(100),
        "constructor",
        "package",
        "index",
      ];
      const items = Object.fromEntries(names.map((name, i) => [name, { i, data: ramp(150) }]));
      const { path } = await save(join(directory, "run"), items);
      assert.equal(difference(items, inOrder(await importFrom(path), names)), null);
      assert.equal(difference(items, inOrder(await open(path), names)), null);
    });

    it("keeps the files of arrays apart whose names differ by case only", async () => {
      const items = { Psi: ramp(200), psi: ramp(201), PSI: ramp(202) };
      const { files, path } = await save(join(directory, "run"), items);
      const folded = files.map(({ name }) => name.toLowerCase());
      assert.equal(new Set(folded).size, folded.length);
      assert.equal(difference(items, inOrder(await open(path), Object.keys(items))), null);
    });
  });

  describe("takes the graph as it is at the call", () => {
    it("whatever is done to it afterwards", async () => {
      const inner = {
        list: [1, 2],
        map: new Map([["a", { b: 1 }]]),
        small: Float64Array.of(1, 2),
        when: new Date(0),
      };
      const items: Record<string, unknown> = { inner, n: 1 };
      const saved = save(join(directory, "run"), items);
      inner.list.push(3);
      inner.map.get("a")!.b = 2;
      inner.map.clear();
      inner.small[0] = 9;
      inner.when.setTime(5);
      delete (inner as Partial<typeof inner>).list;
      items["n"] = 2;
      items["more"] = 3;
      await saved;
      const expected = {
        inner: {
          list: [1, 2],
          map: new Map([["a", { b: 1 }]]),
          small: Float64Array.of(1, 2),
          when: new Date(0),
        },
        n: 1,
      };
      assert.equal(difference(expected, { ...(await open(join(directory, "run"))) }), null);
    });

    for (const arrays of ["npy", "hdf5"] as const)
      it(`and says so when an array's buffer is given away meanwhile (${arrays})`, async () => {
        await save(join(directory, "run"), { psi: ramp(500) }, { arrays });
        const before = filesIn(directory);
        for (const later of [0, 1, 3, 6]) {
          const psi = ramp(1e6);
          const saved = save(
            join(directory, "run"),
            { psi },
            { arrays, overwrite: true, durability: "process" },
          );
          const outcome = saved.then(
            () => "saved",
            (error: unknown) => error,
          );
          for (let turn = 0; turn < later; turn++) await new Promise((resolve) => setImmediate(resolve));
          structuredClone(psi.buffer, { transfer: [psi.buffer as ArrayBuffer] });
          const result = await outcome;
          if (result === "saved" && later > 0) break; // it was written before
          assert.ok(isPersistError(result, "PERSIST_DETACHED"), String(result));
          assert.deepEqual(filesIn(directory), before);
          assert.equal(difference({ psi: ramp(500) }, { ...(await open(join(directory, "run"))) }), null);
        }
      });
  });

  describe("refuses what cannot be kept, with its key path", () => {
    const cases: [string, () => Record<string, unknown>, string][] = [
      ["a closure", () => ({ runs: [{}, { done: () => directory }] }), ".runs[1].done"],
      ["a WeakMap in a Map", () => ({ cache: new Map([["k", new WeakMap()]]) }), ".cache"],
      ["a promise", () => ({ late: Promise.resolve() }), ".late"],
      [
        "an accessor",
        () => ({
          a: {
            get b() {
              throw new Error("was called");
            },
          },
        }),
        ".a.b",
      ],
      ["a proxy", () => ({ a: new Proxy({}, {}) }), ".a"],
    ];
    for (const [name, make, keyPath] of cases)
      it(name, async () => {
        await assert.rejects(save(join(directory, "run"), make()), (error) => {
          assert.ok(isPersistError(error, "PERSIST_UNSUPPORTED_VALUE"), String(error));
          assert.ok(error.keyPath!.startsWith(keyPath), error.keyPath);
          return error.message.startsWith(error.keyPath!);
        });
        assert.deepEqual(readdirSync(directory), []);
      });
  });

  describe("aborted by a signal", () => {
    const state = { psi: new Float64Array(3e6) };
    for (const form of ["package", "module"] as const)
      for (const arrays of ["npy", "hdf5"] as const) {
        const path = () => join(directory, "run");

        it(`before it begins, leaves nothing (${form}, ${arrays})`, async () => {
          const signal = AbortSignal.abort(new Error("enough"));
          await assert.rejects(save(path(), state, { form, arrays, signal }), /enough/);
          assert.deepEqual(readdirSync(directory), []);
        });

        it(`right after the call, leaves nothing (${form}, ${arrays})`, async () => {
          const controller = new AbortController();
          const saved = save(path(), state, { form, arrays, signal: controller.signal });
          controller.abort(new Error("enough"));
          await assert.rejects(saved, /enough/);
          assert.deepEqual(filesIn(directory), []);
        });

        it(`while it writes, leaves nothing (${form}, ${arrays})`, async () => {
          // a quick disk may be done before the signal comes
          for (let attempt = 1; ; attempt++) {
            assert.ok(attempt < 50, "it could never be stopped");
            const controller = new AbortController();
            const onProgress = ({ done_bytes }: { done_bytes: number }): void => {
              if (done_bytes > 0) controller.abort(new Error("enough"));
            };
            const options = {
              form,
              arrays,
              durability: "process",
              overwrite: true,
              signal: controller.signal,
              onProgress,
            } as const;
            const outcome = await save(join(directory, String(attempt)), state, options).then(
              () => "saved",
              (error: unknown) => String(error),
            );
            if (outcome === "saved") continue;
            assert.equal(outcome, "Error: enough");
            const left = readdirSync(directory).filter((name) =>
              name.replace(/^\./, "").startsWith(String(attempt)),
            );
            assert.deepEqual(left, []);
            return;
          }
        });
      }

    it("leaves the archive that was there", async () => {
      await save(join(directory, "run"), { psi: ramp() });
      const before = filesIn(directory);
      const controller = new AbortController();
      const saved = save(join(directory, "run"), state, { signal: controller.signal, overwrite: true });
      controller.abort(new Error("enough"));
      await assert.rejects(saved, /enough/);
      assert.deepEqual(filesIn(directory), before);
      assert.equal(difference({ psi: ramp() }, { ...(await open(join(directory, "run"))) }), null);
    });
  });

  it("does not follow a link that stands in the place of the module", async () => {
    await save(join(directory, "run"), { a: 1 });
    writeFileSync(join(directory, "precious"), "// persist-archive format 1\n");
    const { unlinkSync } = await import("node:fs");
    unlinkSync(join(directory, "run", "index.js"));
    symlinkSync("../precious", join(directory, "run", "index.js"));
    await assert.rejects(save(join(directory, "run"), { a: 2 }, { overwrite: true }), has("PERSIST_SYMLINK"));
    assert.equal(readFileSync(join(directory, "precious"), "utf8"), "// persist-archive format 1\n");
  });
});

/** The same items with their keys in this order: a namespace sorts its own. */
function inOrder(items: Members, names: string[]): Members {
  assert.deepEqual(Object.keys(items).toSorted(), names.toSorted());
  return Object.fromEntries(names.map((name) => [name, items[name] as unknown]));
}
