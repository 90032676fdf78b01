// The interface of a data set, in one process: what goes in comes out, by the library and by import.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs, { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DataSet, isPersistError, open as openArchive, save, type ErrorCode } from "persist-archive";
import { python } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const fails = (code: ErrorCode) => (error: unknown) => {
  assert.ok(isPersistError(error, code), String(error));
  return true;
};

/** What a process that never heard of the library gets by import. */
function imported(path: string): { info: Record<string, unknown>; items: Record<string, unknown> } {
  const program = `
    const { info } = await import(${JSON.stringify(pathToFileURL(join(path, "index.js")).href)});
    const items = {};
    for (const name of Object.keys(info)) items[name] = (await import(${JSON.stringify(pathToFileURL(path).href)} + "/" + name + ".js")).default;
    console.log(JSON.stringify({ info, items, prototype: Object.getPrototypeOf(info) }));`;
  const text = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    cwd: "/",
  });
  const { prototype, ...rest } = JSON.parse(text) as {
    prototype: unknown;
    info: Record<string, unknown>;
    items: Record<string, unknown>;
  };
  assert.equal(prototype, null);
  return rest;
}

describe("a data set", function () {
  this.timeout(30_000);
  let path: string;
  let set: DataSet;

  beforeEach(async () => {
    path = join(temporaryDirectory(), "runs");
    set = await DataSet.open(path, { mode: "a" });
  });
  afterEach(() => set.close());

  /** What someone else sees who opens the set now. */
  async function seen(): Promise<Record<string, [info: unknown, value: unknown]>> {
    const other = await DataSet.open(path);
    const result: Record<string, [unknown, unknown]> = {};
    for await (const [name, info, get] of other) result[name] = [info, await get()];
    await other.close();
    return result;
  }

  it("keeps items with their info", async () => {
    assert.deepEqual(await set.insert({ a: { x: [1, new Map([[1, 2]])] }, b: "text" }, { info: { g: 1 } }), [
      "a",
      "b",
    ]);
    assert.deepEqual(set.names(), ["a", "b"]);
    assert.equal(set.size, 2);
    assert.ok(set.has("a") && !set.has("c"));
    assert.deepEqual(set.info("a"), { g: 1 });
    assert.deepEqual(await set.get("a"), { x: [1, new Map([[1, 2]])] });
    assert.deepEqual(await seen(), { a: [{ g: 1 }, { x: [1, new Map([[1, 2]])] }], b: [{ g: 1 }, "text"] });
  });

  it("gives out names of its own", async () => {
    assert.equal(await set.add(1), "x_0");
    assert.equal(await set.add(2, { prefix: "run", info: [1] }), "run0");
    await set.insert({ x_2: "taken" });
    assert.equal(await set.add(3), "x_1");
    assert.equal(await set.add(4), "x_3");
    await set.delete("x_3");
    assert.equal(await set.add(5), "x_4");
    assert.deepEqual(Object.keys(await seen()), ["x_0", "run0", "x_2", "x_1", "x_4"]);
  });

  it("overwrites, renames, deletes, and changes info", async () => {
    await set.insert({ a: 1, b: 2 }, { info: { n: 1 } });
    await set.set("a", { new: true });
    await set.set("c", 3);
    await set.set("b", 22, { info: "other" });
    await set.setInfo("a", { n: 2, list: [1, { deep: null }] });
    await set.rename("b", "d");
    await set.delete("c");
    const expected = { a: [{ n: 2, list: [1, { deep: null }] }, { new: true }], d: ["other", 22] };
    assert.deepEqual(await seen(), expected);
    const { info, items } = imported(path);
    assert.deepEqual(info, { a: expected.a[0], d: expected.d[0] });
    assert.deepEqual(items, { a: expected.a[1], d: expected.d[1] });
    assert.deepEqual(
      readdirSync(path).filter((name) => /^[a-d]\.js$/.test(name)),
      ["a.js", "d.js"],
    );
  });

  it("keeps arrays in files that carry the version's tag, and that NumPy reads", async () => {
    await set.insert({ run: { psi: Float64Array.from({ length: 300 }, (_, i) => i / 7), n: 1 } });
    const files = readdirSync(path).filter((name) => name.startsWith("run~"));
    assert.equal(files.length, 2);
    assert.equal(new Set(files.map((name) => name.split(".")[0])).size, 1);
    const npy = files.find((name) => name.endsWith(".psi.npy"))!;
    assert.equal(python("result = float(np.load(given)[299])", join(path, npy)), 299 / 7);
    const { psi } = (await set.get("run")) as { psi: Float64Array };
    assert.equal(psi[299], 299 / 7);
    assert.deepEqual(Object.values((imported(path).items["run"] as { psi: object }).psi).length, 300);
  });

  for (const arrays of ["npz", "hdf5"] as const)
    it(`keeps arrays in ${arrays} files of each version`, async () => {
      const other = await DataSet.open(path, { mode: "r+", arrays });
      await other.insert({ a: [new Float32Array(200).fill(1), new Int8Array(200).fill(2)] });
      await other.set("a", [new Float32Array(200).fill(3), new Int8Array(200).fill(4)]);
      const [one, two] = (await other.get("a")) as [Float32Array, Int8Array];
      assert.deepEqual([one[9], two[9]], [3, 4]);
      assert.equal(readdirSync(path).filter((name) => /^a~\w+\.arrays\.(npz|h5)$/.test(name)).length, 2);
      await other.close();
    });

  it("takes values and info as they are at the call", async () => {
    const value = { n: 1 };
    const info = { n: 1 };
    const inserted = set.insert({ a: value }, { info });
    value.n = info.n = 2;
    await inserted;
    assert.deepEqual(await seen(), { a: [{ n: 1 }, { n: 1 }] });
  });

  it("gives info that cannot be changed by accident", async () => {
    await set.insert({ a: 1 }, { info: { list: [1] } });
    const info = set.info("a") as { list: number[] };
    assert.throws(() => info.list.push(2), TypeError);
  });

  it("keeps what JSON can hold as info, to the last bit, and refuses the rest", async () => {
    const info = JSON.parse(
      '{"__proto__": {"x": 1}, "constructor": {"prototype": 1}, "zero": -0, "odd": "\\u2028`${x}\\ud800\\u0000", "1": 0.1}',
    ) as object;
    await set.insert({ a: 1 }, { info });
    const found = (await seen())["a"]![0] as object;
    assert.deepEqual(Object.entries(found), Object.entries(info));
    assert.ok(Object.is((found as { zero: number }).zero, -0));
    assert.equal(({} as { x?: number }).x, undefined);
    for (const [bad, keyPath] of [
      [NaN, "info"],
      [{ a: [1, undefined] }, "info.a[1]"],
      [{ when: new Date() }, "info.when"],
      [[, 1], "info"],
      [new Proxy({}, {}), "info"],
      [
        {
          get x() {
            throw new Error("called");
          },
        },
        "info",
      ],
      [{ toJSON: () => 1 }, "info.toJSON"],
    ] as const) {
      await assert.rejects(set.setInfo("a", bad), (error: unknown) => {
        assert.ok(isPersistError(error, "PERSIST_UNSUPPORTED_VALUE"), String(error));
        assert.equal(error.keyPath, keyPath);
        return true;
      });
    }
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    await assert.rejects(set.setInfo("a", cycle), fails("PERSIST_UNSUPPORTED_VALUE"));
    let deep: unknown = 1;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    await assert.rejects(set.setInfo("a", deep), fails("PERSIST_LIMIT"));
  });

  it("says what is wrong", async () => {
    await set.insert({ a: 1 });
    await assert.rejects(set.insert({ b: 1, a: 2 }), fails("PERSIST_DUPLICATE_NAME"));
    assert.ok(!set.has("b"));
    await assert.rejects(set.rename("a", "a b"), fails("PERSIST_INVALID_NAME"));
    for (const name of [
      "../x",
      "/etc/passwd",
      "a/b",
      "..",
      "",
      "x".repeat(300),
      "_lock",
      "__init__",
      "then",
      "default",
      "index",
      "package",
    ])
      await assert.rejects(set.insert({ [name]: 1 }), fails("PERSIST_INVALID_NAME"), name);
    for (const call of [set.get("z"), set.delete("z"), set.setInfo("z", 1), set.rename("z", "y")])
      await assert.rejects(call, fails("PERSIST_NOT_FOUND"));
    assert.throws(() => set.info("z"), fails("PERSIST_NOT_FOUND"));
    await assert.rejects(set.insert({ f: () => 1 }), fails("PERSIST_UNSUPPORTED_VALUE"));
    writeFileSync(join(path, "mine.js"), "mine");
    await assert.rejects(set.insert({ mine: 1 }), fails("PERSIST_EXISTS"));
    assert.equal(readFileSync(join(path, "mine.js"), "utf8"), "mine");
    const reader = await DataSet.open(path);
    await assert.rejects(reader.set("a", 1), fails("PERSIST_READ_ONLY"));
    await reader.close();
    await reader.close();
    assert.throws(() => reader.names(), fails("PERSIST_CLOSED"));
    await assert.rejects(reader.get("a"), fails("PERSIST_CLOSED"));
    // what was refused has left nothing
    const tags = new Set(readdirSync(path).filter((name) => name.includes("~")));
    assert.equal(tags.size, 1);
  });

  it("opens what there is, and makes what there is not", async () => {
    await assert.rejects(DataSet.open(join(path, "nothing")), fails("PERSIST_NOT_FOUND"));
    await assert.rejects(DataSet.open(join(path, "nothing"), { mode: "r+" }), fails("PERSIST_NOT_FOUND"));
    await assert.rejects(DataSet.open(path, { mode: "x" }), fails("PERSIST_EXISTS"));
    const archive = join(temporaryDirectory(), "archive");
    await save(archive, { a: 1 });
    for (const mode of ["r", "r+", "a"] as const)
      await assert.rejects(DataSet.open(archive, { mode }), /is an archive, not .* open\(\) reads it/);
    for (const it of [path, join(path, "index.js")])
      await assert.rejects(openArchive(it), /is the index of a data set, not an archive; DataSet\.open/);
    assert.deepEqual(readdirSync(archive), ["index.js", "package.json"]);
    const empty = join(temporaryDirectory(), "empty");
    mkdirSync(empty);
    await (await DataSet.open(pathToFileURL(empty), { mode: "x" })).close();
    const full = temporaryDirectory();
    writeFileSync(join(full, "notes.txt"), "");
    await assert.rejects(DataSet.open(full, { mode: "a" }), fails("PERSIST_EXISTS"));
    await assert.rejects(DataSet.open(path, { mode: "w" as "a" }), TypeError);
  });

  it("shows others' changes after refresh", async () => {
    const other = await DataSet.open(path);
    await set.insert({ a: 1 });
    assert.ok(!other.has("a"));
    await other.refresh();
    assert.equal(await other.get("a"), 1);
    await other.close();
  });

  it("commits a transaction at once or not at all", async () => {
    await set.insert({ a: 1, b: 2 });
    const before = readFileSync(join(path, "_journal.1.jsonl"), "utf8").split("\n").length;
    const result = await set.transaction(async (t) => {
      await t.insert({ c: 3 }, { info: "new" });
      await t.set("a", 11);
      await t.rename("b", "d");
      await t.setInfo("d", { moved: true });
      assert.deepEqual([t.has("b"), t.has("d"), t.info("c"), await t.get("c")], [false, true, "new", 3]);
      assert.deepEqual(t.names(), ["a", "c", "d"]);
      assert.ok(!set.has("c"));
      return "done";
    });
    assert.equal(result, "done");
    assert.equal(readFileSync(join(path, "_journal.1.jsonl"), "utf8").split("\n").length, before + 1);
    assert.deepEqual(await seen(), { a: [{}, 11], c: ["new", 3], d: [{ moved: true }, 2] });
    await assert.rejects(
      set.transaction(async (t) => {
        await t.delete("a");
        await t.insert({ e: 1 });
        throw new Error("no");
      }),
      /no/,
    );
    assert.deepEqual(Object.keys(await seen()), ["a", "c", "d"]);
    assert.equal(readdirSync(path).filter((name) => name.startsWith("e~")).length, 0);
  });

  it("refuses a transaction whose ground has changed", async () => {
    await set.insert({ a: 1 });
    const other = await DataSet.open(path, { mode: "r+" });
    for (const look of [
      (t: { info(name: string): unknown }) => t.info("a"),
      (t: { names(): string[] }) => t.names(),
    ]) {
      const conflict = set.transaction(async (t) => {
        look(t);
        await other.setInfo("a", {});
        await t.set("b", 1);
      });
      await assert.rejects(conflict, fails("PERSIST_CONFLICT"));
    }
    // what it has not looked at may change
    await set.transaction(async (t) => {
      await other.setInfo("a", { n: 2 });
      await t.set("b", 1);
    });
    assert.deepEqual(await seen(), { a: [{ n: 2 }, 1], b: [{}, 1] });
    await other.close();
  });

  it("commits what is asked for at the same time together, and refuses one by one", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => set.insert({ [`n${i % 15}`]: i })),
    );
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 15);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") assert.ok(isPersistError(outcome.reason, "PERSIST_DUPLICATE_NAME"));
    assert.equal(set.size, 15);
    assert.ok(readFileSync(join(path, "_journal.1.jsonl"), "utf8").split("\n").length < 10);
    assert.equal(readdirSync(path).filter((name) => name.includes("~")).length, 15);
  });

  it("never changes a file of an item that is committed", async () => {
    await set.insert({ a: { psi: new Float64Array(200) } });
    const facts = (): string[] =>
      readdirSync(path)
        .filter((name) => name.startsWith("a~"))
        .map((name) => `${name} ${statSync(join(path, name)).mtimeMs}`);
    const before = facts();
    await set.setInfo("a", 1);
    await set.rename("a", "b");
    await set.set("b", 2);
    await set.delete("b");
    assert.deepEqual(facts(), before);
  });

  it("syncs three times for an insert and once for a change of info, however many items there are", async () => {
    const { fsync, fdatasync } = fs;
    let count = 0;
    const syncsOf = async (change: () => Promise<unknown>): Promise<number> => {
      count = 0;
      await change();
      return count;
    };
    const counting = (sync: typeof fsync): typeof fsync =>
      ((fd, callback) => {
        count++;
        sync(fd, callback);
      }) as typeof fsync;
    Object.assign(fs, { fsync: counting(fsync), fdatasync: counting(fdatasync) });
    syncBuiltinESMExports();
    try {
      for (let items = 0; items < 30; items += 10) {
        assert.equal(await syncsOf(() => set.insert({ [`a${items}`]: 1 })), 3);
        assert.equal(await syncsOf(() => set.add(2)), 3);
        assert.equal(await syncsOf(() => set.setInfo(`a${items}`, { items })), 1);
        assert.equal(await syncsOf(() => set.rename(`a${items}`, `b${items}`)), 1);
        await Promise.all(Array.from({ length: 8 }, () => set.add(3)));
      }
      assert.ok((await syncsOf(() => Promise.all(Array.from({ length: 16 }, () => set.add(4))))) <= 16 + 4);
    } finally {
      Object.assign(fs, { fsync, fdatasync });
      syncBuiltinESMExports();
    }
  });

  it("waits for what is under way when it is closed, and ends whoever watches", async () => {
    const watching = set.watch().next();
    const inserted = set.insert({ a: new Float64Array(1000) });
    await Promise.all([set.close(), set.close()]);
    assert.deepEqual(await inserted, ["a"]);
    await watching;
    assert.deepEqual(Object.keys(await seen()), ["a"]);
  });

  for (const durability of ["group", "process"] as const)
    it(`works with durability ${durability}`, async () => {
      const other = await DataSet.open(path, { mode: "r+", durability });
      await Promise.all([other.insert({ a: 1 }), other.add(2), other.insert({ b: 3 })]);
      await other.delete("a");
      await other.close();
      assert.deepEqual(
        Object.entries(await seen())
          .map(([name, [, value]]) => `${name} ${String(value)}`)
          .toSorted(),
        ["b 3", "x_0 2"],
      );
    });
});
