// What keeps a data set in order: compaction, cleaning, verification, repair, watching, claims.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { DataSet, isPersistError } from "persist-archive";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe("keeping a data set", function () {
  this.timeout(60_000);
  let path: string;
  let set: DataSet;

  beforeEach(async () => {
    path = join(temporaryDirectory(), "runs");
    set = await DataSet.open(path, { mode: "a", grace_ms: 0 });
    await set.insert({ a: { n: 1 }, b: { psi: new Float64Array(200).fill(1) } }, { info: { i: 1 } });
  });
  afterEach(() => set.close());

  const versionsOf = (name: string): string[] =>
    readdirSync(path).filter((file) => file.startsWith(`${name}~`));
  const importInfo = (): unknown => {
    const program = `console.log(JSON.stringify((await import(${JSON.stringify(pathToFileURL(join(path, "index.js")).href)})).info))`;
    return JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }),
    );
  };

  describe("compaction", () => {
    it("changes nothing that anyone sees", async () => {
      await set.setInfo("a", { odd: "`${x}\\" });
      await set.add(1);
      await set.delete("x_0");
      const before = importInfo();
      await set.compact();
      assert.equal(readFileSync(join(path, "_journal.2.jsonl"), "utf8"), "");
      assert.deepEqual(importInfo(), before);
      const other = await DataSet.open(path, { mode: "r+" });
      assert.deepEqual(other.names(), ["a", "b"]);
      assert.deepEqual(other.info("a"), { odd: "`${x}\\" });
      assert.deepEqual(await other.get("a"), { n: 1 });
      assert.equal(await other.add(2), "x_1");
      await other.close();
      await set.refresh();
      assert.deepEqual(set.names(), ["a", "b", "x_1"]);
      assert.ok((await set.verify()).ok);
    });

    it("copies what it does not change, as it stands in the index", async () => {
      await set.setInfo("a", { odd: "`${x}\\", é: [1e21, -0] });
      await set.compact();
      const items = (): string[] => readFileSync(join(path, "index.js"), "utf8").split("\n").slice(-22);
      const before = items();
      assert.ok(before.some((line) => line.startsWith(`"a": {`)));
      const other = await DataSet.open(path, { mode: "r+" });
      await other.get("a");
      await other.compact();
      await other.close();
      assert.deepEqual(
        items().filter((line) => !line.startsWith("// The CRC-32")),
        before.filter((line) => !line.startsWith("// The CRC-32")),
      );
    });

    it("removes superseded files, but none that a reader's snapshot needs", async () => {
      const reader = await DataSet.open(path);
      await set.set("a", { n: 2 });
      await set.delete("b");
      await set.compact();
      await set.compact();
      assert.equal(versionsOf("a").length, 2);
      assert.deepEqual(await reader.get("a"), { n: 1 });
      assert.equal(((await reader.get("b")) as { psi: Float64Array }).psi[7], 1);
      await reader.refresh();
      assert.deepEqual(await reader.get("a"), { n: 2 });
      await set.compact();
      assert.equal(versionsOf("a").length, 1);
      assert.equal(versionsOf("b").length, 0);
      assert.deepEqual(
        readdirSync(path).filter((file) => file.startsWith("_journal")),
        ["_journal.3.jsonl", "_journal.4.jsonl"],
      );
      await reader.close();
      await set.compact();
      assert.deepEqual(
        readdirSync(path).filter((file) => file.startsWith("_journal")),
        ["_journal.5.jsonl"],
      );
    });

    it("keeps superseded files for grace_ms", async () => {
      const other = await DataSet.open(path, { mode: "r+", grace_ms: 60_000 });
      await other.set("a", 2);
      await other.compact();
      await other.compact();
      assert.equal(versionsOf("a").length, 2);
      await other.close();
    });

    it("removes what dead writers have left, and no file of anyone else", async () => {
      for (const file of [
        "c~12345678.js",
        "c~12345678.psi.npy",
        ".index.js.0123456789abcdef.tmp",
        "_journal.7.jsonl",
      ])
        writeFileSync(join(path, file), "");
      const mine = ["notes.txt", "plot.js", "_journal.8.jsonl", "data~1.txt~", "_x~1.js"];
      for (const file of mine) writeFileSync(join(path, file), "mine");
      await set.compact();
      const files = readdirSync(path);
      assert.deepEqual(
        files.filter((file) => /^(c~|\.|_journal\.7)/.test(file)),
        [],
      );
      for (const file of mine) assert.ok(files.includes(file), file);
    });

    it("happens by itself, when the journal has outgrown the index", async () => {
      await set.close();
      const other = await DataSet.open(path, { mode: "r+", durability: "process", grace_ms: 0 });
      const info = { text: "x".repeat(2 ** 18) };
      // after four lines the journal is longer than 1 MiB
      for (let i = 0; i < 11; i++) await other.setInfo("a", { ...info, i });
      const journals = readdirSync(path).filter((file) => file.startsWith("_journal"));
      assert.deepEqual(journals, ["_journal.3.jsonl"]);
      assert.ok(statSync(join(path, journals[0]!)).size < 2 ** 21);
      assert.equal((other.info("a") as { i: number }).i, 10);
      await other.close();
    });
  });

  describe("verification and repair", () => {
    const problems = async (): Promise<string[]> => (await set.verify()).problems.map(({ code }) => code);

    it("finds nothing wrong with a good set, and counts what it has read", async () => {
      const { ok, checked } = await set.verify();
      assert.ok(ok);
      assert.equal(checked.files, 5);
      assert.ok(checked.bytes > 1600);
      assert.deepEqual((await set.repair()).repaired, []);
    });

    it("compares the files of an item that is read with what was committed, where that is asked for", async () => {
      for (const name of ["a", "b"]) await set.get(name, { verify: true });
      const file = join(
        path,
        versionsOf("b").find((one) => one.endsWith(".npy"))!,
      );
      const bytes = readFileSync(file);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(file, bytes);
      await set.get("b");
      await set.get("a", { verify: true });
      await assert.rejects(
        set.get("b", { verify: true }),
        (error) => isPersistError(error, "PERSIST_CORRUPT") && error.file === file,
      );
      unlinkSync(file);
      await assert.rejects(set.get("b", { verify: true }), (error) =>
        isPersistError(error, "PERSIST_NOT_FOUND"),
      );
    });

    it("takes in an item that an editor has written in place", async () => {
      const alias = join(path, "a.js");
      writeFileSync(alias, readFileSync(alias, "utf8").replace("n: 1", "n: 17"));
      assert.deepEqual(await set.get("a"), { n: 17 });
      assert.ok((await problems()).length > 0);
      const { ok, repaired } = await set.repair();
      assert.ok(ok);
      assert.equal(repaired.length, 1);
      assert.deepEqual(await set.get("a"), { n: 17 });
      assert.deepEqual(set.info("a"), { i: 1 });
      assert.equal(versionsOf("a").length, 2);
    });

    it("takes in an item that an editor has put in the place of the alias, with its arrays", async () => {
      const alias = join(path, "b.js");
      const text = readFileSync(alias, "utf8").replace("{ psi: arrays", "{ note: 'by hand', psi: arrays");
      writeFileSync(join(path, "b.js.new"), text);
      renameSync(join(path, "b.js.new"), alias);
      assert.equal(((await set.get("b")) as { note?: string }).note, undefined);
      assert.deepEqual(await problems(), ["PERSIST_CONFLICT"]);
      assert.ok((await set.repair()).ok);
      const { note, psi } = (await set.get("b")) as { note: string; psi: Float64Array };
      assert.deepEqual([note, psi[3]], ["by hand", 1]);
      // the arrays now belong to the new version
      await set.compact();
      await set.compact();
      assert.equal(((await set.get("b")) as { psi: Float64Array }).psi[3], 1);
      assert.ok((await set.verify()).ok);
    });

    it("leaves alone what cannot be an item, and says so", async () => {
      writeFileSync(join(path, "a.js.new"), "export default {");
      renameSync(join(path, "a.js.new"), join(path, "a.js"));
      const { ok, repaired, problems: left } = await set.repair();
      assert.ok(!ok && left.length === 1 && repaired.length === 0);
      assert.equal(readFileSync(join(path, "a.js"), "utf8"), "export default {");
      assert.deepEqual(await set.get("a"), { n: 1 });
    });

    it("takes in info that was edited in the index", async () => {
      await set.compact();
      const index = join(path, "index.js");
      writeFileSync(index, readFileSync(index, "utf8").replace('"info":{"i":1}', '"info": {"i": 2} '));
      await set.refresh();
      assert.deepEqual(set.info("a"), { i: 2 });
      assert.deepEqual(await problems(), ["PERSIST_CONFLICT"]);
      await set.setInfo("b", 3);
      assert.ok((await set.repair()).ok);
      assert.deepEqual(importInfo(), { a: { i: 2 }, b: 3 });
    });

    it("restores what is missing where it can, and reports the rest", async () => {
      unlinkSync(join(path, "a.js"));
      unlinkSync(join(path, "package.json"));
      const [module] = versionsOf("b").filter((file) => file.endsWith(".js"));
      unlinkSync(join(path, module!));
      assert.deepEqual((await problems()).toSorted(), [
        "PERSIST_CONFLICT",
        ...Array<string>(3).fill("PERSIST_NOT_FOUND"),
      ]);
      const { ok, problems: left, repaired } = await set.repair();
      assert.ok(ok, JSON.stringify(left));
      assert.equal(repaired.length, 3);
      const [array] = versionsOf("b").filter((file) => file.endsWith(".npy"));
      const bytes = readFileSync(join(path, array!));
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(join(path, array!), bytes);
      assert.deepEqual(await problems(), ["PERSIST_CORRUPT"]);
      truncateSync(join(path, array!), 100);
      assert.deepEqual(
        (await set.repair()).problems.map(({ code }) => code),
        ["PERSIST_TRUNCATED"],
      );
    });

    it("cuts off a line that was never finished", async () => {
      const journal = join(path, "_journal.1.jsonl");
      const { size } = statSync(journal);
      appendFileSync(journal, '12345678 {"generation":2,"ti');
      assert.deepEqual(await problems(), ["PERSIST_TRUNCATED"]);
      assert.ok((await set.repair()).ok);
      assert.equal(statSync(journal).size, size);
    });

    it("finds a copy without links as good as the original, which works on", async () => {
      const copy = join(temporaryDirectory(), "copy");
      cpSync(path, copy, { recursive: true });
      rmSync(join(copy, "_lock"));
      const reader = await DataSet.open(copy);
      assert.ok((await reader.verify()).ok);
      await reader.close();
      const other = await DataSet.open(copy, { mode: "r+", grace_ms: 0 });
      await other.set("a", "new");
      await other.setInfo("b", 2);
      await other.compact();
      assert.ok((await other.verify()).ok);
      assert.equal(await other.get("a"), "new");
      await other.close();
    });

    it("does not overwrite an alias that a person has edited since the last commit", async () => {
      const alias = join(path, "a.js");
      copyFileSync(alias, join(path, "a.js.new"));
      appendFileSync(join(path, "a.js.new"), "// checked\n");
      renameSync(join(path, "a.js.new"), alias);
      const other = await DataSet.open(path, { mode: "r+" });
      await other.add(1);
      await other.close();
      assert.match(readFileSync(alias, "utf8"), /checked/);
    });
  });

  describe("watching", () => {
    it("tells of commits of this process and others, in order", async () => {
      const other = await DataSet.open(path, { mode: "r+" });
      const abort = new AbortController();
      const told: { put: string[]; deleted: string[] } = { put: [], deleted: [] };
      const watching = (async () => {
        let generation = 0;
        for await (const change of set.watch({ signal: abort.signal })) {
          assert.ok(change.generation > generation);
          ({ generation } = change);
          told.put.push(...change.put);
          told.deleted.push(...change.deleted);
          for (const name of change.put) assert.ok(set.has(name) || name === "x_0");
          if (change.put.includes("last")) return;
        }
      })();
      await set.insert({ mine: 1 });
      await other.add(1);
      await other.delete("x_0");
      await other.compact();
      await other.insert({ last: 1 });
      await watching;
      assert.deepEqual(
        told.put.filter((name) => name !== "x_0"),
        ["mine", "last"],
      );
      await other.close();
    });

    it("ends when the signal aborts", async () => {
      const abort = new AbortController();
      const changes = set.watch({ signal: abort.signal });
      const next = changes.next();
      setTimeout(() => abort.abort(), 20);
      assert.equal((await next).done, true);
    });
  });

  it("is given up where nobody closes it, without a word", () => {
    const program = `
      import { readdirSync, readlinkSync } from "node:fs";
      import { setTimeout as sleep } from "node:timers/promises";
      import { DataSet } from "persist-archive";
      process.on("warning", (warning) => console.log(String(warning)));
      const files = () =>
        readdirSync("/proc/self/fd").filter((fd) => {
          try { return readlinkSync("/proc/self/fd/" + fd).includes("_journal"); } catch { return false; }
        }).length;
      await (async () => {
        for (let k = 0; k < 5; k++) await (await DataSet.open(process.argv[1], { mode: "r" })).get("a");
      })();
      for (let turn = 0; turn < 50 && files() > 0; turn++) { gc(); await sleep(10); }
      console.log(files());`;
    const args = ["--expose-gc", "--input-type=module", "-e", program, path];
    assert.equal(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }), "0\n");
  });

  describe("claims", () => {
    it("are one holder's at a time, and end with it", async () => {
      const lock = set.tryClaim("work");
      assert.ok(lock);
      assert.equal(set.tryClaim("work"), null);
      const other = await DataSet.open(path, { mode: "r+" });
      assert.equal(other.tryClaim("work"), null);
      assert.ok(other.tryClaim("other_work"));
      await assert.rejects(other.claim("work", { timeout_ms: 5 }), (error) =>
        isPersistError(error, "PERSIST_LOCKED"),
      );
      const waiting = other.claim("work");
      lock.release();
      (await waiting).release();
      await other.close();
      assert.ok(set.tryClaim("other_work"));
    });

    it("die with their process", async () => {
      const program = `
        import { DataSet } from "persist-archive";
        const set = await DataSet.open(${JSON.stringify(path)}, { mode: "r+" });
        await set.claim("work");
        console.log("claimed");
        setInterval(() => {}, 1000);`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
        cwd: root,
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      assert.equal(set.tryClaim("work"), null);
      const claimed = set.claim("work");
      child.kill("SIGKILL");
      (await claimed).release();
    });
  });
});
