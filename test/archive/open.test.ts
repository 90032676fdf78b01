// Opening what anyone may have written: nothing is run, nothing outside the archive is touched, and every refusal has its code.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  isPersistError,
  NDArray,
  open,
  readArray,
  save,
  type ErrorCode,
  type OpenOptions,
} from "persist-archive";
import { npyHeader } from "#dist/store/npy-header.js";
import { difference } from "../support/isomorphic.ts";
import { importFromProject, projectDirectory, type Members } from "../support/project.ts";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ramp = (length = 300): Float64Array => Float64Array.from({ length }, (_, i) => i / 7);

async function refuses(
  path: string | URL,
  code: ErrorCode,
  message = /./,
  options: OpenOptions = {},
): Promise<void> {
  await assert.rejects(open(path, options), (error) => {
    assert.ok(
      isPersistError(error, code),
      `${code} is expected, not ${String((error as { code?: string }).code)}: ${String(error)}`,
    );
    assert.match(error.message, message);
    return true;
  });
}

describe("open", () => {
  let path: string;
  let index: string;
  beforeEach(async () => {
    path = join(temporaryDirectory(), "run");
    index = (await save(path, { psi: ramp(), n: 1 }, { durability: "process" })).path;
  });
  const edit = (change: (text: string) => string): void => {
    const text = readFileSync(index, "utf8");
    const changed = change(text);
    assert.notEqual(changed, text, "the edit hits nothing");
    writeFileSync(index, changed);
  };
  const array = () => join(path, "_arrays", "psi.npy");

  describe("finds an archive", () => {
    it("by its directory, its index.js, and their URLs", async () => {
      for (const given of [path, `${path}/`, index, pathToFileURL(path), pathToFileURL(index)])
        assert.equal(difference({ psi: ramp(), n: 1 }, { ...(await open(given)) }), null, String(given));
    });

    it("through a link to its directory", async () => {
      symlinkSync(path, `${path}-link`);
      assert.equal((await open(`${path}-link`))["n"], 1);
    });

    it("as often as it is asked, and at its present content", async () => {
      const before = await open(path);
      await save(path, { n: 2 }, { overwrite: true });
      assert.equal(difference(ramp(), before["psi"]), null);
      assert.deepEqual({ ...(await open(path)) }, { n: 2 });
    });

    it("and says when there is none", async () => {
      await refuses(`${path}-none`, "PERSIST_NOT_FOUND");
      await refuses(`${path}-none.mjs`, "PERSIST_NOT_FOUND");
      await refuses(join(path, "_arrays"), "PERSIST_NOT_FOUND");
      await refuses(array(), "PERSIST_FORMAT", /not an archive/);
      await assert.rejects(open(7 as never), TypeError);
      await assert.rejects(open(path, { mode: "w" as never }), TypeError);
    });
  });

  describe("refuses in the place of its module", () => {
    it("a FIFO, without waiting for it", async () => {
      rmSync(index);
      execFileSync("mkfifo", [index]);
      await refuses(path, "PERSIST_NOT_REGULAR_FILE");
    });
    it("a directory", async () => {
      rmSync(index);
      mkdirSync(index);
      await refuses(path, "PERSIST_NOT_REGULAR_FILE");
    });
    it("a device", () => refuses("/dev/null", "PERSIST_FORMAT"));
    it("a link", async () => {
      cpSync(index, `${index}.real`);
      rmSync(index);
      symlinkSync("index.js.real", index);
      await refuses(path, "PERSIST_SYMLINK");
    });
    it("bytes that are not UTF-8", async () => {
      writeFileSync(index, Buffer.from([0x2f, 0x2f, 0xff, 0xfe]));
      await refuses(path, "PERSIST_FORMAT", /UTF-8/);
    });
    it("a format of the future", async () => {
      edit((text) => text.replace("format 1", "format 999"));
      await refuses(path, "PERSIST_VERSION", /999/);
    });
    it("half of it", async () => {
      truncateSync(index, readFileSync(index).length - 10);
      await refuses(path, "PERSIST_SYNTAX");
    });
  });

  describe("refuses in the place of an array", () => {
    it("a FIFO, without waiting for it", async () => {
      rmSync(array());
      execFileSync("mkfifo", [array()]);
      await refuses(path, "PERSIST_NOT_REGULAR_FILE");
    });
    it("a directory", async () => {
      rmSync(array());
      mkdirSync(array());
      await refuses(path, "PERSIST_NOT_REGULAR_FILE");
    });
    it("a link, wherever it leads", async () => {
      cpSync(array(), join(path, "real.npy"));
      rmSync(array());
      symlinkSync("../real.npy", array());
      await refuses(path, "PERSIST_SYMLINK");
    });
    it("a link in the place of its directory", async () => {
      cpSync(join(path, "_arrays"), join(path, "real"), { recursive: true });
      rmSync(join(path, "_arrays"), { recursive: true });
      symlinkSync("real", join(path, "_arrays"));
      await refuses(path, "PERSIST_SYMLINK");
    });
    it("nothing at all", async () => {
      rmSync(array());
      await refuses(path, "PERSIST_NOT_FOUND");
    });
    it("a file that is cut short", async () => {
      truncateSync(array(), 1000);
      await refuses(path, "PERSIST_TRUNCATED");
    });
    it("what is no npy file", async () => {
      writeFileSync(array(), "hello, world; this is no array at all, and never was");
      await refuses(path, "PERSIST_FORMAT");
    });
    it("an npy file of another shape or type", async () => {
      const data = new Uint8Array(2400);
      for (const [descr, shape] of [
        ["<f8", [299]],
        ["<f8", [3, 100]],
        ["<f4", [300]],
        ["<i8", [300]],
      ] as const) {
        writeFileSync(array(), Buffer.concat([npyHeader(descr, shape), data]));
        await refuses(path, "PERSIST_CORRUPT", /expects float64 of shape \[300\]/);
      }
    });
    it("Python objects", async () => {
      python(`np.save(given, np.array([{}] * 300, dtype=object))`, array());
      await refuses(path, "PERSIST_UNSUPPORTED");
    });
  });

  for (const escape of [
    "../../secret.npy",
    "../secret.npy",
    "/etc/hostname",
    "_arrays/../../secret.npy",
    "./../secret.npy",
  ])
    it(`does not leave the archive for ${escape}`, async () => {
      cpSync(array(), join(path, "..", "secret.npy"));
      edit((text) => text.replace("_arrays/psi.npy", escape));
      await refuses(path, "PERSIST_PATH_ESCAPE");
    });

  it("does not allocate by a length that the text merely claims", async () => {
    edit((text) => text.replace('"<f8", 300', '"<f8", 300000000000'));
    const before_bytes = process.memoryUsage().rss;
    await assert.rejects(open(path), (error) => isPersistError(error, "PERSIST_CORRUPT", "PERSIST_LIMIT"));
    assert.ok(process.memoryUsage().rss - before_bytes < 64e6);
  });

  it("refuses an HDF5 file that something else has rewritten, and import() does too", async () => {
    const { path: module } = await save(`${path}-h5`, { psi: ramp() }, { arrays: "hdf5" });
    python(
      `with h5py.File(given, "a") as f:
    f["more"] = np.arange(1000.0)`,
      join(`${path}-h5`, "_arrays", "arrays.h5"),
    );
    await refuses(`${path}-h5`, "PERSIST_CORRUPT", /rewritten/);
    await assert.rejects(import(pathToFileURL(module).href), /rewritten/);
  });

  describe("runs nothing", () => {
    const texts: [string, string, ErrorCode][] = [
      ["a call", "export const a = process.exit(3);", "PERSIST_UNTRUSTED_CODE"],
      ["a getter", "export const a = { get b() { return process.exit(3); } };", "PERSIST_UNTRUSTED_CODE"],
      ["a computed key", "export const a = { [process.exit(3)]: 1 };", "PERSIST_UNTRUSTED_CODE"],
      ["a template", "export const a = `${process.exit(3)}`;", "PERSIST_UNTRUSTED_CODE"],
      [
        "the constructor of functions",
        'export const a = Map.constructor("process.exit(3)")();',
        "PERSIST_UNTRUSTED_CODE",
      ],
      [
        "an import of a built-in module",
        'import { exec } from "node:child_process";\nexport const a = exec("true");',
        "PERSIST_UNTRUSTED_IMPORT",
      ],
      [
        "an import of data",
        'import a from "data:text/javascript,process.exit(3)";\nexport { a };',
        "PERSIST_UNTRUSTED_IMPORT",
      ],
      [
        "an import of a file beside it",
        'import { a } from "./planted.js";\nexport { a };',
        "PERSIST_UNTRUSTED_IMPORT",
      ],
      [
        "an import of a package beside it",
        'import { a } from "my-sim";\nexport { a };',
        "PERSIST_UNTRUSTED_IMPORT",
      ],
    ];
    for (const [name, text, code] of texts)
      it(`of ${name}, and says where it stands`, async () => {
        writeFileSync(join(path, "planted.js"), "process.exit(3);\n");
        mkdirSync(join(path, "node_modules", "my-sim"), { recursive: true });
        writeFileSync(join(path, "node_modules", "my-sim", "index.js"), "process.exit(3);\n");
        writeFileSync(index, `// persist-archive format 1\n${text}\n`);
        await assert.rejects(open(path), (error) => {
          assert.ok(isPersistError(error, code), String(error));
          assert.equal(error.line, 2);
          assert.ok(error.column! > 0);
          assert.equal(error.file, index);
          return true;
        });
      });

    it("of a package beside it, though it is trusted: that is looked for from the program", async () => {
      mkdirSync(join(path, "node_modules", "my-sim"), { recursive: true });
      writeFileSync(join(path, "node_modules", "my-sim", "index.js"), "process.exit(3);\n");
      writeFileSync(index, 'import { a } from "my-sim";\nexport { a };\n');
      await refuses(path, "PERSIST_MODULE_NOT_FOUND", /my-sim/, { trust: ["my-sim"] });
    });
  });

  describe("with trust", () => {
    let classes: Members;
    let represented: Members;
    const at = (name: string) => join(projectDirectory, "trust", name);
    before(async () => {
      classes = await importFromProject("./classes.mjs");
      represented = await importFromProject("./represented.mjs");
      const grid = Object.assign(Object.create(classes["Grid"].prototype as object), { n: 4, dx: 1 });
      await save(at("grid"), { grid, Class: classes["Grid"] });
      await save(at("safe"), { safe: new represented["Safe"]("secret") });
      await save(at("unit"), { unit: represented["Unit"].of("m") });
    });

    it("modules: takes the namespaces that it is given, as prototypes and values", async () => {
      const { grid, Class } = await open(at("grid"), { modules: { "../../classes.mjs": classes } });
      assert.equal(Class, classes["Grid"]);
      assert.equal(Object.getPrototypeOf(grid), classes["Grid"].prototype);
      await refuses(
        at("grid"),
        "PERSIST_UNTRUSTED_IMPORT",
        /modules: \{ "\.\.\/\.\.\/classes\.mjs": await import/,
      );
      await refuses(at("grid"), "PERSIST_UNTRUSTED_IMPORT", /./, { modules: { "./classes.mjs": classes } });
    });

    it("modules: may give a class that was moved or renamed", async () => {
      class Lattice {
        declare n: number;
      }
      const { grid } = await open(at("grid"), { modules: { "../../classes.mjs": { Grid: Lattice } } });
      assert.ok(grid instanceof Lattice);
      assert.equal(grid.n, 4);
    });

    it("calls a class that says how it is written, and no other", async () => {
      const { safe } = (await open(at("safe"), {
        modules: { "../../represented.mjs": represented },
      })) as Members;
      assert.equal(safe.read(), "secret");
      const ran: unknown[] = [];
      const planted = {
        Safe: function Safe(secret: unknown) {
          ran.push(secret);
        },
      };
      await refuses(at("safe"), "PERSIST_UNTRUSTED_CODE", /Safe/, {
        modules: { "../../represented.mjs": planted },
      });
      assert.deepEqual(ran, []);
      const options = {
        modules: { "../../represented.mjs": planted },
        calls: { "../../represented.mjs": ["Safe"] },
      };
      await open(at("safe"), options);
      assert.deepEqual(ran, ["secret"]);
    });

    it("calls: lists members by their names", async () => {
      const named: unknown[] = [];
      const Unit = { of: (name: unknown) => (named.push(name), { name }) };
      const modules = { "../../represented.mjs": { Unit } };
      await refuses(at("unit"), "PERSIST_UNTRUSTED_CODE", /./, { modules });
      assert.deepEqual(named, []);
      const { unit } = await open(at("unit"), { modules, calls: { "../../represented.mjs": ["Unit.of"] } });
      assert.deepEqual(unit, { name: "m" });
    });
  });

  describe("with options", () => {
    it("only: gives these items, and opens no file of the others", async () => {
      await save(`${path}-two`, { a: ramp(200), b: ramp(300), c: { d: [1] } });
      rmSync(join(`${path}-two`, "_arrays", "a.npy"));
      const items = await open(`${path}-two`, { only: ["b"] });
      assert.deepEqual(Object.keys(items), ["b"]);
      assert.equal(difference(ramp(300), items["b"]), null);
      assert.deepEqual({ ...(await open(`${path}-two`, { only: ["c"] })) }, { c: { d: [1] } });
      assert.deepEqual({ ...(await open(`${path}-two`, { only: [] })) }, {});
      await refuses(`${path}-two`, "PERSIST_NOT_FOUND");
      await refuses(`${path}-two`, "PERSIST_NOT_FOUND", /none/, { only: ["none"] });
    });

    for (const arrays of ["npy", "hdf5"] as const) {
      const make = async (): Promise<string> => {
        const made = `${path}-${arrays}`;
        const grid = new NDArray({ data: ramp(300), shape: [30, 10], dtype: "float64" });
        await save(made, { psi: ramp(), grid }, { arrays });
        return made;
      };

      it(`mode c: what is written stays in memory (${arrays})`, async () => {
        const made = await make();
        const first = (await open(made)) as { psi: Float64Array };
        first.psi[3] = 42;
        assert.equal(first.psi[3], 42);
        assert.equal(difference(ramp(), (await open(made))["psi"]), null);
      });

      it(`mode r+: what is written reaches the file (${arrays})`, async () => {
        const made = await make();
        const first = (await open(made, { mode: "r+" })) as { psi: Float64Array; grid: NDArray };
        first.psi[3] = 42;
        first.grid.set(2, 5, 43);
        const again = (await open(made, { map: false })) as { psi: Float64Array; grid: NDArray };
        assert.equal(again.psi[3], 42);
        assert.equal(again.grid.get(2, 5), 43);
        const imported = (await import(pathToFileURL(join(made, "index.js")).href)) as Members;
        assert.equal(imported["psi"][3], 42);
      });

      it(`map: false copies (${arrays})`, async () => {
        const made = await make();
        const first = (await open(made, { map: false })) as { psi: Float64Array };
        const second = (await open(made, { mode: "r+" })) as { psi: Float64Array };
        second.psi[3] = 42;
        assert.equal(first.psi[3], 3 / 7);
      });
    }
  });

  it("takes the same memory for an array of 3 GB as for a small one", async () => {
    const count = 3 * 2 ** 27;
    writeFileSync(array(), npyHeader("<f8", [count]));
    truncateSync(array(), npyHeader("<f8", [count]).length + 8 * count);
    edit((text) => text.replace('"<f8", 300', `"<f8", ${count}`));
    const before_bytes = process.memoryUsage().rss;
    const { psi } = (await open(path)) as { psi: Float64Array };
    assert.equal(psi.length, count);
    assert.equal(psi[count - 1], 0);
    assert.ok(process.memoryUsage().rss - before_bytes < 64e6);
    assert.match(readFileSync("/proc/self/maps", "utf8"), new RegExp(array()));
  });

  it("and small arrays, one after the other, let the program's timers in between", async () => {
    for (const once of [() => open(path), () => readArray(array())]) {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      for (let k = 0; k < 1000; k++) await once();
      clearInterval(timer);
      assert.ok(ticks > 1, `${ticks}`);
    }
  });
});
