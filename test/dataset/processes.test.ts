// Many processes and one data set: nothing is lost, no name is given twice, and what a process leaves that is killed does no harm.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataSet } from "persist-archive";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs a program with `set` open and `log` to tell us lines; gives what it told, however it ended. */
function start(
  path: string,
  body: string,
  options: object = {},
): { done: Promise<string[]>; has(lines: number): Promise<void>; kill(): void } {
  const program = `
    import { DataSet } from "persist-archive";
    import { writeSync } from "node:fs";
    const log = (text) => writeSync(1, text + "\\n");
    const set = await DataSet.open(${JSON.stringify(path)}, { mode: "a", timeout_ms: 60_000, ...${JSON.stringify(options)} });
    ${body}
    await set.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const done = new Promise<string[]>((resolve, reject) => {
    child.on("close", (status, signal) => {
      if (status !== 0 && signal !== "SIGKILL") reject(new Error(errors));
      else resolve(output.split("\n").slice(0, -1));
    });
  });
  const has = async (lines: number): Promise<void> => {
    while (output.split("\n").length <= lines) await once(child.stdout, "data");
  };
  return { done, has, kill: () => child.kill("SIGKILL") };
}

describe("a data set among processes", function () {
  this.timeout(120_000);
  let path: string;
  beforeEach(() => (path = join(temporaryDirectory(), "set")));

  it("is made once, when eight begin at the same time, and every automatic name is given out once", async () => {
    const body = `
      for (let i = 0; i < 12; i++) log(await set.add({ pid: process.pid, i }, { info: { pid: process.pid, i } }));
      await set.compact();`;
    const told = await Promise.all(
      Array.from({ length: 8 }, () => start(path, body, { durability: "process" }).done),
    );
    const names = told.flat();
    assert.deepEqual(names.toSorted(), Array.from({ length: 96 }, (_, i) => `x_${i}`).toSorted());
    const set = await DataSet.open(path);
    assert.equal(set.size, 96);
    const pairs = new Set<string>();
    for await (const [, info, get] of set) {
      assert.deepEqual(await get(), info);
      pairs.add(JSON.stringify(info));
    }
    assert.equal(pairs.size, 96);
    assert.deepEqual((await set.verify()).problems, []);
    await set.close();
  });

  it("loses nothing that was acknowledged when writers are killed, and goes on", async () => {
    const body = `
      for (let i = 0; ; i++) {
        log("+" + await set.add({ text: "x".repeat(1000), list: new Float64Array(150).fill(i) }));
        if (i % 3 === 2) await set.set("shared", i);
        if (i % 7 === 6) await set.compact();
      }`;
    const told: string[] = [];
    for (let round = 0; round < 3; round++) {
      const writers = [0, 1].map(() => start(path, body, { durability: "process", grace_ms: 0 }));
      await writers[0]!.has(4 + 3 * round);
      for (const writer of writers) writer.kill();
      for (const writer of writers) told.push(...(await writer.done));
    }
    const names = told.map((text) => text.slice(1));
    assert.ok(names.length > 15, `${names.length} commits`);
    assert.equal(new Set(names).size, names.length);
    const set = await DataSet.open(path, { mode: "r+", grace_ms: 0 });
    for (const name of names) assert.ok(set.has(name), name);
    assert.ok(set.size <= names.length + 6 + 1, `${set.size} items, ${names.length} acknowledged`);
    await set.set("shared", "last");
    assert.deepEqual((await set.verify()).problems, []);
    // what the dead have left goes with the next compaction
    await set.compact();
    const modules = readdirSync(path).filter((file) => /~.*\.js$/.test(file));
    assert.equal(modules.length, set.size);
    assert.deepEqual(
      readdirSync(path).filter((file) => file.endsWith(".tmp")),
      [],
    );
    await set.close();
  });

  it("shows every reader a whole state: the sum of what is moved never changes", async () => {
    const set = await DataSet.open(path, { mode: "a", durability: "process" });
    await set.insert({ left: 0, right: 0 }, { info: 50 });
    const writer = start(
      path,
      `for (let i = 0; i < 60; i++) {
        await set.transaction(async (t) => {
          await t.setInfo("left", t.info("left") - 1);
          await t.setInfo("right", t.info("right") + 1);
        });
        if (i % 20 === 19) await set.compact();
      }`,
      { durability: "process" },
    );
    let isOver = false;
    void writer.done.then(() => (isOver = true));
    let looks = 0;
    while (!isOver) {
      await set.refresh();
      assert.equal((set.info("left") as number) + (set.info("right") as number), 100);
      const fresh = await DataSet.open(path);
      assert.equal((fresh.info("left") as number) + (fresh.info("right") as number), 100);
      await fresh.close();
      looks++;
    }
    await writer.done;
    await set.refresh();
    assert.equal(set.info("left"), -10);
    assert.ok(looks > 5);
    await set.close();
  });

  it("has aliases again that a writer could not make before it died", async () => {
    const set = await DataSet.open(path, { mode: "a" });
    await set.insert({ a: 1 });
    await set.close();
    // as if killed between the commit and the aliases
    unlinkSync(join(path, "a.js"));
    const other = await DataSet.open(path, { mode: "r+" });
    await other.setInfo("a", 1);
    assert.match(readFileSync(join(path, "a.js"), "utf8"), /= 1;|default 1/);
    await other.close();
  });

  for (const compacts of [false, true])
    it(`has them right where the next writer had seen the commit before it wrote${compacts ? ", in another index" : ""}`, async () => {
      const one = await DataSet.open(path, { mode: "a" });
      const next = await DataSet.open(path, { mode: "r+", durability: "process" });
      await next.insert({ old: 1 });
      const [old, fresh] = [join(path, "old.js"), join(path, "fresh.js")];
      const text = readFileSync(old);
      const goesOn = async (): Promise<void> => {
        await next.refresh();
        await next.add(0);
        assert.deepEqual((await next.verify()).problems, []);
      };
      if (compacts) await one.compact();
      await one.insert({ fresh: 2 });
      unlinkSync(fresh);
      await goesOn();
      assert.ok(existsSync(fresh));
      if (compacts) await one.compact();
      await one.delete("old");
      writeFileSync(old, text);
      await goesOn();
      assert.ok(!existsSync(old));
      for (const set of [one, next]) await set.close();
    });
});
