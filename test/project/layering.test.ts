// The floors: imports point downward only, and each folder uses only the modules that its work needs.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./checkout.ts";
import {
  compiledLib,
  hasTopLevelAwait,
  libImports,
  moduleImports,
  nativeIncludes,
  parseModule,
} from "./imports.ts";
import { LIB_FLOORS, NATIVE_FLOORS, folderCycles, strayModules, upwardImports } from "./layers.ts";
import type { Import } from "./layers.ts";

/** What lib/ may import from outside, by folder or by file; `*` is every folder. */
const MODULES = {
  "*": ["node:util", "node:url", "node:path"],
  "lib/native.ts": ["node:module"],
  "lib/turn.ts": ["node:timers/promises"],
  represent: ["node:fs", "node:module", "node:inspector", "node:v8"],
  emit: ["node:crypto", "node:fs"],
  interpret: ["node:module"],
  store: ["node:buffer", "node:child_process", "node:crypto", "node:fs", "node:fs/promises", "node:zlib"],
  disk: ["node:buffer", "node:fs", "node:fs/promises", "node:os", "node:crypto"],
  archive: ["node:fs", "node:fs/promises", "node:module", "node:timers/promises"],
  dataset: ["node:crypto", "node:zlib"],
  checkpoints: ["node:fs", "node:fs/promises"],
  verify: ["node:fs", "node:fs/promises"],
};

/** Which folders of native/ may know of JavaScript and of HDF5. */
const HEADERS = { "napi.h": ["binding"], "node_api.h": ["binding"], "hdf5.h": ["hdf5"] };

describe("floors of lib/", () => {
  let imports: Import[];
  before(() => (imports = libImports()));

  it("are read from the compiler", () => {
    assert.ok(imports.length > 0);
    assert.ok(imports.some(({ from, to }) => from === "lib/index.ts" && to === "lib/errors.ts"));
  });

  it("import downward only", () => assert.deepEqual(upwardImports(imports, LIB_FLOORS), []));

  it("have no circle of folders", () => assert.deepEqual(folderCycles(imports), []));

  it("use the modules that their work needs, and no others", () => {
    assert.deepEqual(strayModules(moduleImports(), MODULES), []);
  });

  it("have no top-level await, so that require() of the package works", () => {
    const found = compiledLib().filter(({ tree }) => hasTopLevelAwait(tree));
    assert.deepEqual(
      found.map(({ source }) => source),
      [],
    );
  });
});

describe("floors of native/", () => {
  it("include downward only", () => {
    const { own } = nativeIncludes();
    assert.ok(own.length > 0);
    assert.deepEqual(upwardImports(own, NATIVE_FLOORS), []);
    for (const { from, to } of own) assert.ok(existsSync(join(root, to)), `${from} includes ${to}`);
  });

  it("speak to Node-API and to HDF5 in one folder each", () => {
    const stray = nativeIncludes().system.filter(({ from, to }) => {
      const folders = HEADERS[to as keyof typeof HEADERS] as string[] | undefined;
      return folders !== undefined && !folders.includes(from.split("/")[1]!);
    });
    assert.deepEqual(stray, []);
  });
});

describe("the rules of the floors", () => {
  const lib = (from: string, to: string): Import => ({ from: `lib/${from}`, to: `lib/${to}` });

  it("refuse an upward import", () => {
    const planted = [lib("archive/save.ts", "emit/module.ts"), lib("emit/module.ts", "archive/save.ts")];
    assert.deepEqual(upwardImports(planted, LIB_FLOORS), [
      "lib/emit/module.ts (floor 2) imports lib/archive/save.ts (floor 4)",
    ]);
    assert.deepEqual(upwardImports([lib("errors.ts", "index.ts")], LIB_FLOORS), [
      "lib/errors.ts (floor 0) imports lib/index.ts (floor 8)",
    ]);
  });

  it("refuse a folder that no floor knows", () => {
    assert.deepEqual(upwardImports([lib("shed/tools.ts", "errors.ts")], LIB_FLOORS), [
      "lib/shed/tools.ts is on no known floor",
    ]);
  });

  it("find a circle within a floor, and one through several folders", () => {
    const pair = [lib("graph/a.ts", "represent/b.ts"), lib("represent/c.ts", "graph/d.ts")];
    assert.deepEqual(folderCycles(pair), ["graph -> represent -> graph"]);
    const three = [
      lib("emit/a.ts", "graph/b.ts"),
      lib("graph/b.ts", "store/c.ts"),
      lib("store/c.ts", "emit/a.ts"),
    ];
    assert.deepEqual(folderCycles(three), ["emit -> graph -> store -> emit"]);
    assert.deepEqual(folderCycles(pair.slice(1)), []);
  });

  it("refuse a module outside a folder's list", () => {
    const imports = [
      { from: "lib/graph/order.ts", to: "node:fs" },
      { from: "lib/disk/replace.ts", to: "node:fs" },
    ];
    assert.deepEqual(strayModules(imports, MODULES), ["lib/graph/order.ts imports node:fs"]);
  });

  it("tell a top-level await from one in a function", () => {
    assert.equal(hasTopLevelAwait(parseModule("const a = { b: [await f()] };")), true);
    assert.equal(hasTopLevelAwait(parseModule("for await (const a of b);")), true);
    assert.equal(
      hasTopLevelAwait(parseModule("const f = async () => { for await (const a of b) await a; };")),
      false,
    );
    assert.equal(hasTopLevelAwait(parseModule("class A { async f() { await 1; } }")), false);
  });

  it("refuse an include of a higher floor", () => {
    const planted = [{ from: "native/os/file.cc", to: "native/hdf5/handle.h" }];
    assert.deepEqual(upwardImports(planted, NATIVE_FLOORS), [
      "native/os/file.cc (floor 1) imports native/hdf5/handle.h (floor 3)",
    ]);
  });
});
