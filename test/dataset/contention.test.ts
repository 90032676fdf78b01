// Many processes at the same time: nothing is lost, no name is given out twice, no reader sees a part; and without any one kind of lock that would not be so.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DataSet } from "persist-archive";
import { LockFile } from "#dist/disk/lock-file.js";
import { start } from "../disk/lock-program.ts";
import { soak } from "../faults/soak.ts";
import { removeLock } from "../faults/without-lock.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

let path: string;
beforeEach(() => (path = join(temporaryDirectory(), "runs")));

/** A program with `set`, which is open. Nothing is synced: what is tried is who comes first. */
const OPEN = `
  const { DataSet } = await import("persist-archive");
  const set = await DataSet.open(args[0], { mode: "r+", durability: "process", timeout_ms: 60_000 });`;

describe(`a data set that many write to (SEED=${SEED})`, function () {
  this.timeout(120_000);

  it("loses nothing of two that write at the same instant, 200 times", async () => {
    await (await DataSet.open(path, { mode: "x" })).close();
    const writers = ["a", "b"].map((who) =>
      start(
        `${OPEN}
         say("there");
         for await (const n of asked()) { await set.insert({ [args[1] + n]: Number(n) }); say(n); }`,
        path,
        who,
      ),
    );
    await Promise.all(writers.map((writer) => writer.line()));
    for (let n = 0; n < 200; n++) {
      const answers = await Promise.all(writers.map((writer) => writer.ask(String(n))));
      assert.deepEqual(answers, [String(n), String(n)]);
    }
    for (const writer of writers) {
      writer.child.stdin!.end();
      await writer.ended();
    }
    const set = await DataSet.open(path);
    const expected = Array.from({ length: 200 }, (_, n) => [`a${n}`, `b${n}`]).flat();
    assert.deepEqual(set.names().toSorted(), expected.toSorted());
    await set.close();
  });

  it("is whole at every moment, for readers too, while writers are killed", async () => {
    const { problems, acknowledged, snapshots } = await soak(6, SEED);
    assert.deepEqual(problems, []);
    assert.ok(acknowledged > 0 && snapshots > 0, `${acknowledged} commits, ${snapshots} snapshots`);
  });
});

describe("a kind of lock that is missing", function () {
  this.timeout(60_000);

  /** What `body` finds wrong: nothing with all locks, and something without one. */
  async function isNoticed(name: string, body: () => Promise<void>): Promise<void> {
    await body();
    path = join(temporaryDirectory(), "runs");
    const restore = removeLock(name);
    try {
      await assert.rejects(body, `nothing notices that ${name} is not locked`);
    } finally {
      restore();
    }
  }

  const options = { mode: "a", durability: "process", grace_ms: 0 } as const;

  it("is noticed: WRITE, by two that write at once", () =>
    isNoticed("write", async () => {
      const sets = [await DataSet.open(path, options), await DataSet.open(path, options)];
      const write = async (set: DataSet, who: string): Promise<void> => {
        for (let n = 0; n < 40; n++) await set.insert({ [`${who}${n}`]: n });
      };
      const outcomes = await Promise.allSettled(sets.map((set, k) => write(set, "ab"[k]!)));
      await Promise.allSettled(sets.map((set) => set.close()));
      assert.ok(outcomes.every(({ status }) => status === "fulfilled"));
      const set = await DataSet.open(path);
      assert.equal(set.size, 80);
      await set.close();
    }));

  it("is noticed: the pin of a journal, by a reader whose snapshot is cleaned away", () =>
    isNoticed("journal", async () => {
      const writer = await DataSet.open(path, options);
      await writer.insert({ a: 1 });
      const reader = await DataSet.open(path);
      await writer.set("a", 2);
      await writer.compact();
      await writer.compact();
      const value = await reader.get("a");
      await reader.close();
      await writer.close();
      assert.equal(value, 1, "the value of a later snapshot");
    }));

  it("is noticed: the byte of those who are opening, by one whose files go before it has its pin", () =>
    isNoticed("journal 0", async () => {
      const writer = await DataSet.open(path, options);
      await writer.insert({ a: 1 });
      // right before the reader takes its pin, everything that it has read is superseded
      const { lock } = LockFile.prototype;
      LockFile.prototype.lock = async function (byte, mode, more) {
        if (/^journal [1-9]/.test(byte.name)) {
          LockFile.prototype.lock = lock;
          await writer.set("a", 2);
          await writer.compact();
          await writer.compact();
        }
        return lock.call(this, byte, mode, more);
      };
      const reader = await DataSet.open(path);
      const value = await reader.get("a");
      await reader.close();
      await writer.close();
      assert.equal(value, 1, "the value of a later snapshot");
    }));

  it("is noticed: SESSION, by a writer whose files are taken for a dead one's", () =>
    isNoticed("session", async () => {
      const [writer, other] = [await DataSet.open(path, options), await DataSet.open(path, options)];
      await writer.transaction(async (t) => {
        await t.insert({ a: 1 });
        await other.compact();
      });
      const value = await writer.get("a");
      await writer.close();
      await other.close();
      assert.equal(value, 1);
    }));

  it("is noticed: the claim of an item, by two that have it", () =>
    isNoticed("item", async () => {
      const sets = [await DataSet.open(path, options), await DataSet.open(path, options)];
      const claims = sets.map((set) => set.tryClaim("a"));
      for (const set of sets) await set.close();
      assert.equal(claims.filter((lock) => lock !== null).length, 1);
    }));
});
