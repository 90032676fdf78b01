// Locks between processes, worker threads and callers: nobody is there at once who must not be, nobody waits without need, and nobody who is dead is in the way.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { isPersistError, lockFile, tryLockFile } from "persist-archive";
import { claim, pin, SESSION, WRITE } from "#dist/disk/lock-bytes.js";
import { LockFile } from "#dist/disk/lock-file.js";
import { native } from "#dist/native.js";
import { temporaryDirectory } from "../support/temporary.ts";
import { checkHistory, start, type Program } from "./lock-program.ts";

const locked = (error: unknown): boolean => isPersistError(error, "PERSIST_LOCKED");

let path: string;
beforeEach(() => (path = join(temporaryDirectory(), "a.lock")));

/** Adds to a counter `rounds` times, and writes the history of who was there when. */
const COUNT = `
const [path, counter, history, rounds, who] = args;
for (let k = 0; k < rounds; k++) {
  const lock = await lockFile(path, { timeout_ms: 60_000 });
  appendFileSync(history, "+w " + who + "\\n");
  writeFileSync(counter, String(Number(readFileSync(counter, "utf8")) + 1));
  if (k % 3 === 0) await sleep(1);
  appendFileSync(history, "-w " + who + "\\n");
  lock.release();
}`;

describe("a locked file", function () {
  this.timeout(60_000);

  it("has one writer at a time, among processes, worker threads and callers", async () => {
    const [counter, history] = [join(path, "../counter"), join(path, "../history")];
    writeFileSync(counter, "0");
    writeFileSync(history, "");
    const programs = ["p1", "p2", "p3"].map((who) => start(COUNT, path, counter, history, 60, who));
    const workers = ["t1", "t2"].map(
      (who) =>
        new Worker(
          `const { lockFile } = require("persist-archive");
           const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
           const sleep = require("node:timers/promises").setTimeout;
           const args = require("node:worker_threads").workerData;
           (async () => {${COUNT}})();`,
          { eval: true, workerData: [path, counter, history, 60, who] },
        ),
    );
    const callers = ["c1", "c2", "c3"].map(async (who) => {
      for (let k = 0; k < 60; k++) {
        const lock = await lockFile(path, { timeout_ms: 60_000 });
        writeFileSync(history, `+w ${who}\n`, { flag: "a" });
        const count = Number(readFileSync(counter, "utf8"));
        await sleep(k % 5 === 0 ? 1 : 0);
        writeFileSync(counter, String(count + 1));
        writeFileSync(history, `-w ${who}\n`, { flag: "a" });
        lock.release();
      }
    });
    await Promise.all([
      ...programs.map((program) => program.ended()),
      ...workers.map((worker) => once(worker, "exit")),
      ...callers,
    ]);
    assert.equal(Number(readFileSync(counter, "utf8")), 8 * 60);
    assert.deepEqual(checkHistory(readFileSync(history, "utf8")), { writers: 480, readers: 0, most: 1 });
  });

  it("has readers together, and writers alone", async () => {
    const history = join(path, "../history");
    writeFileSync(history, "");
    const USE = `
      const [path, history, mode, who] = args;
      for (let k = 0; k < 40; k++) {
        const lock = await lockFile(path, { mode, timeout_ms: 60_000 });
        appendFileSync(history, "+" + mode[0].replace("s", "r").replace("e", "w") + " " + who + "\\n");
        await sleep(2);
        appendFileSync(history, "-" + mode[0].replace("s", "r").replace("e", "w") + " " + who + "\\n");
        lock.release();
      }`;
    const programs = ["shared", "shared", "shared", "exclusive", "exclusive"].map((mode, k) =>
      start(USE, path, history, mode, `p${k}`),
    );
    await Promise.all(programs.map((program) => program.ended()));
    const { writers, readers } = checkHistory(readFileSync(history, "utf8"));
    assert.deepEqual([writers, readers], [80, 120]);
    const reader = await lockFile(path, { mode: "shared" });
    const other = start(`await lockFile(args[0], { mode: "shared" }); say("reads, too");`, path);
    assert.equal(await other.line(), "reads, too");
    reader.release();
    await other.ended();
  });

  /** Two programs that try to read, and stop reading, when they are told; `first` is done before. */
  async function startReaders(first = ""): Promise<[Program, Program]> {
    const READ = `
      ${first}
      let lock = null;
      say("there");
      for await (const line of asked()) {
        if (line === "try") lock ??= tryLockFile(args[0], { mode: "shared" });
        else lock = lock?.release() ?? null;
        say(lock === null ? "out" : "in");
      }`;
    const readers = [start(READ, path), start(READ, path)] as const;
    for (const reader of readers) assert.equal(await reader.line(), "there");
    return [...readers];
  }

  /**
   * Two readers take over from each other, so that there is no moment without one: until the next one does not get in, or `most` times. Gives how often it
   * got in, and who is there at the end.
   */
  async function takeOver(
    [holder, next]: [Program, Program],
    most: number,
  ): Promise<{ times: number; holder: Program }> {
    assert.equal(await holder.ask("try"), "in");
    let times = 0;
    for (; times < most && (await next.ask("try")) === "in"; times++) {
      assert.equal(await holder.ask("leave"), "out");
      [holder, next] = [next, holder];
    }
    return { times, holder };
  }

  it("lets a writer in among readers that overlap without end", async () => {
    const readers = await startReaders();
    assert.equal((await takeOver(readers, 200)).times, 200);
    for (const reader of readers) await reader.ask("leave");
    for (let k = 0; k < 10; k++) {
      assert.equal(await readers[0].ask("try"), "in");
      const writer = lockFile(path, { timeout_ms: 60_000 });
      const { holder } = await takeOver(readers, Infinity);
      assert.equal(await holder.ask("leave"), "out");
      (await writer).release();
    }
    for (const reader of readers) await reader.kill();
  });

  it("keeps a writer out among such readers where these do not pass the gate", async () => {
    const readers = await startReaders(`
      const { LockFile } = await import("#dist/disk/lock-file.js");
      const { tryLock } = LockFile.prototype;
      LockFile.prototype.tryLock = function ({ gate, ...byte }, mode) { return tryLock.call(this, byte, mode); };`);
    const controller = new AbortController();
    const reason = new Error("starved");
    assert.equal(await readers[0].ask("try"), "in");
    const starved = assert.rejects(lockFile(path, { timeout_ms: 60_000, signal: controller.signal }), reason);
    assert.equal((await takeOver(readers, 200)).times, 200);
    controller.abort(reason);
    await starved;
    for (const reader of readers) await reader.kill();
  });

  it("is served in turn: who takes it again and again does not keep another process out", async () => {
    const waiter = start(
      `const [path] = args; say("there"); for (let k = 0; k < 5; k++) { (await lockFile(path)).release(); } say("done");`,
      path,
    );
    await waiter.line();
    let isDone = false;
    const done = waiter.line().then(() => (isDone = true));
    const busy = Array.from({ length: 4 }, async () => {
      for (let k = 0; !isDone && k < 10_000; k++) {
        const lock = await lockFile(path, { timeout_ms: 60_000 });
        await sleep(1);
        lock.release();
      }
    });
    await Promise.all(busy);
    assert.ok(isDone, "another process starved while this one had the lock 40,000 times");
    await done;
  });

  it("is free as soon as its holder is killed", async () => {
    for (let k = 0; k < 3; k++) {
      const holder = start(`await lockFile(args[0]); say("held"); setInterval(() => {}, 1000);`, path);
      await holder.line();
      assert.equal(tryLockFile(path), null);
      const waiting = lockFile(path, { timeout_ms: 10_000 });
      await holder.kill();
      (await waiting).release();
    }
  });

  it("is free when its process or worker thread ends, whatever it has forgotten", async () => {
    await start(`await lockFile(args[0]);`, path).ended();
    (await lockFile(path, { timeout_ms: 0 })).release();
    const worker = new Worker(
      `require("persist-archive").lockFile(${JSON.stringify(path)}).then((lock) => { globalThis.lock = lock; require("node:worker_threads").parentPort.postMessage(1); setInterval(() => {}, 1000); });`,
      { eval: true },
    );
    await once(worker, "message");
    assert.equal(tryLockFile(path), null);
    const waiting = lockFile(path);
    await worker.terminate();
    (await waiting).release();
  });

  it("is not taken for a worker thread that ended while it waited", async () => {
    const held = await lockFile(path);
    const worker = new Worker(
      `require("persist-archive").lockFile(${JSON.stringify(path)}); require("node:worker_threads").parentPort.postMessage(1);`,
      { eval: true },
    );
    await once(worker, "message");
    await sleep(50);
    await worker.terminate();
    held.release();
    for (let k = 0; k < 20; k++) (await lockFile(path)).release();
  });

  it("stays locked when the program drops every reference to the lock", async () => {
    await lockFile(path);
    for (let k = 0; k < 5; k++) {
      globalThis.gc!();
      await sleep(1);
    }
    assert.equal(tryLockFile(path), null);
  });

  it("is not handed down to programs that the holder starts", async () => {
    const holder = start(
      `await lockFile(args[0]);
       const { spawn } = await import("node:child_process");
       const child = spawn("sleep", ["30"], { detached: true, stdio: "ignore" });
       say(child.pid); setInterval(() => {}, 1000);`,
      path,
    );
    const child_pid = Number(await holder.line());
    await holder.kill();
    tryLockFile(path)!.release();
    process.kill(child_pid);
  });
});

describe("waiting for a lock", () => {
  it("ends after the time that was given, and tells who holds it", async () => {
    const holder = start(`await lockFile(args[0]); say("held"); setInterval(() => {}, 1000);`, path);
    await holder.line();
    const begun_ms = performance.now();
    await assert.rejects(lockFile(path, { timeout_ms: 100 }), (error) => {
      assert.ok(isPersistError(error, "PERSIST_LOCKED"));
      assert.equal(error.file, path);
      assert.match(
        error.message,
        new RegExp(`100 ms: held by write: pid ${holder.child.pid} on .* since 20`),
      );
      return true;
    });
    assert.ok(performance.now() - begun_ms >= 99); // a timer begins with the millisecond that has begun
    await assert.rejects(lockFile(path, { timeout_ms: 0 }), locked);
    await assert.rejects(lockFile(path, { timeout_ms: 0, mode: "shared" }), locked);
    await holder.kill();
  });

  it("ends after the time that was given in the queue of this process, too", async () => {
    const held = await lockFile(path);
    await assert.rejects(lockFile(path, { timeout_ms: 20 }), locked);
    const [first, second] = [lockFile(path, { timeout_ms: 30 }), lockFile(path)];
    await assert.rejects(first, locked);
    held.release();
    (await second).release();
  });

  it("ends when the signal aborts, with its reason", async () => {
    const held = await lockFile(path);
    const reason = new Error("no longer wanted");
    await assert.rejects(lockFile(path, { signal: AbortSignal.abort(reason) }), reason);
    const holder = start(`await lockFile(args[0]); say("held"); setInterval(() => {}, 1000);`, path);
    const controller = new AbortController();
    const here = lockFile(path, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(here, reason);
    held.release();
    await holder.line();
    for (let k = 0; k < 30; k++) {
      const other = new AbortController();
      const waiting = lockFile(path, { signal: other.signal });
      if (k % 2 === 0) await sleep(k / 5);
      other.abort(reason);
      await assert.rejects(waiting, reason);
    }
    await holder.kill();
    (await lockFile(path)).release();
  });

  it("keeps the process alive, and holding does not", async () => {
    const held = await lockFile(path);
    const waiter = start(
      `say("waiting"); (await lockFile(args[0])).release(); await lockFile(args[0]); say("held");`,
      path,
    );
    await waiter.line();
    await sleep(100);
    held.release();
    assert.equal(await waiter.line(), "held");
    await waiter.ended();
  });

  it("stops no other work on files, however many wait", async () => {
    const holder = start(`await lockFile(args[0]); say("held"); setInterval(() => {}, 1000);`, path);
    await holder.line();
    const file = LockFile.open(path);
    const waiting = Array.from({ length: 12 }, () =>
      assert.rejects(file.lock(WRITE, "shared"), /was closed/),
    );
    await sleep(20);
    assert.equal(await readFile(new URL(import.meta.url), "utf8").then((text) => text.length > 0), true);
    file.close();
    await Promise.all(waiting);
    await holder.kill();
  });

  it("is first come, first served in a process, with readers together", async () => {
    const order: string[] = [];
    const held = await lockFile(path);
    const take = async (who: string, mode: "shared" | "exclusive"): Promise<void> => {
      const lock = await lockFile(path, { mode });
      order.push(`+${who}`);
      await sleep(2);
      order.push(`-${who}`);
      lock.release();
    };
    const all = [
      take("w1", "exclusive"),
      take("r1", "shared"),
      take("r2", "shared"),
      take("w2", "exclusive"),
    ];
    held.release();
    await Promise.all(all);
    assert.deepEqual(order, ["+w1", "-w1", "+r1", "+r2", "-r1", "-r2", "+w2", "-w2"]);
  });
});

describe("a lock", () => {
  it("is given back once, by release or by the end of a block", async () => {
    const first = await lockFile(path);
    first.release();
    const second = tryLockFile(path)!;
    first.release();
    assert.equal(tryLockFile(path), null, "a lock that was given back twice opened another's");
    second[Symbol.dispose]();
    tryLockFile(path, { mode: "shared" })!.release();
  });

  it("is the same by every name of the file", async () => {
    const held = await lockFile(path);
    linkSync(path, `${path}.too`);
    assert.equal(tryLockFile(`${path}.too`), null);
    held.release();
    tryLockFile(`${path}.too`)!.release();
  });

  it("tells people who holds it, in a file that was empty, and leaves others alone", async () => {
    const lock = await lockFile(path);
    assert.match(
      readFileSync(path, "utf8"),
      new RegExp(`^persist-archive lock file.*\nwrite: pid ${process.pid} on `),
    );
    lock.release();
    writeFileSync(path, "precious");
    (await lockFile(path)).release();
    assert.equal(readFileSync(path, "utf8"), "precious");
  });

  it("is one with the locks of other programs, who are told by their number", async () => {
    writeFileSync(path, "data");
    // it does not run under the sanitizers that this may run under
    const python = spawn(
      "/usr/bin/python3",
      [
        "-c",
        `import fcntl,sys,time\nf=open(sys.argv[1],"r+")\nfcntl.lockf(f,fcntl.LOCK_EX)\nprint("held",flush=True)\ntime.sleep(60)`,
        path,
      ],
      { env: { ...process.env, LD_PRELOAD: "" } },
    );
    await once(python.stdout, "data");
    assert.equal(tryLockFile(path), null);
    await assert.rejects(lockFile(path, { timeout_ms: 10 }), new RegExp(`process ${python.pid} holds it`));
    python.kill();
    (await lockFile(path)).release();
  });

  it("is refused where the file system has no locks", async () => {
    for (const name of ["ENOLCK", "EOPNOTSUPP", "EINVAL"] as const) {
      native().plan([{ call: "lock", at: 1, how: "fail", errno: constants.errno[name] }]);
      try {
        await assert.rejects(lockFile(path), (error) => isPersistError(error, "PERSIST_LOCKS_UNAVAILABLE"));
      } finally {
        native().plan([]);
      }
    }
    (await lockFile(path)).release();
  });

  it("is an error, and no lock, at whatever system call it fails", async () => {
    native().plan([{ call: "any", at: Number.MAX_SAFE_INTEGER, how: "fail" }]);
    (await lockFile(path)).release();
    const calls = native().plan([]);
    let failed = 0;
    for (let at = 1; at <= calls; at++) {
      native().plan([{ call: "any", at, how: "fail", errno: constants.errno.EIO }]);
      const outcome = await lockFile(path).then(
        (lock) => lock.release(),
        (error: unknown) => error,
      );
      native().plan([]);
      if (outcome !== undefined) {
        failed++;
        assert.ok(isPersistError(outcome, "PERSIST_IO"));
        assert.equal(outcome.errno, constants.errno.EIO);
      }
      tryLockFile(path)!.release();
    }
    assert.ok(failed >= 5, `${failed} of ${calls} calls mattered`);
  });

  it("follows no link, waits for no FIFO, and tells what is there", () => {
    const directory = join(path, "..");
    const target = join(directory, "target");
    symlinkSync(target, path);
    assert.throws(
      () => tryLockFile(path),
      (error) => isPersistError(error, "PERSIST_SYMLINK"),
    );
    assert.equal(existsSync(target), false);
    execFileSync("mkfifo", [join(directory, "fifo")]);
    mkdirSync(join(directory, "folder"));
    for (const name of ["fifo", "folder"])
      assert.throws(
        () => tryLockFile(join(directory, name)),
        (error) => isPersistError(error, "PERSIST_NOT_REGULAR_FILE"),
      );
    assert.throws(
      () => tryLockFile(join(directory, "none", "a.lock")),
      (error) => isPersistError(error, "PERSIST_NOT_FOUND"),
    );
    assert.throws(() => tryLockFile(""), TypeError);
    assert.throws(() => tryLockFile(target, { mode: "both" as never }), TypeError);
  });

  it("of a file that was deleted or replaced is an error", () => {
    const file = LockFile.open(path);
    file.tryLock(WRITE, "exclusive")!.release();
    rmSync(path);
    const corrupt = (error: unknown): boolean => isPersistError(error, "PERSIST_CORRUPT");
    assert.throws(() => file.tryLock(WRITE, "exclusive"), corrupt);
    writeFileSync(`${path}.new`, "");
    renameSync(`${path}.new`, path);
    assert.throws(() => file.tryLock(WRITE, "exclusive"), corrupt);
    file.close();
    tryLockFile(path)!.release();
  });
});

describe("the locks of one file", () => {
  it("do not know each other: writer, session, pins, claims", () => {
    const [one, two] = [LockFile.open(path), LockFile.open(path)];
    for (const byte of [WRITE, SESSION, pin(1), claim("a")])
      assert.ok(one.tryLock(byte, "exclusive"), byte.name);
    for (const byte of [WRITE, SESSION, pin(1), claim("a")]) assert.equal(two.tryLock(byte, "shared"), null);
    for (const byte of [pin(2), claim("b")]) assert.ok(two.tryLock(byte, "exclusive"), byte.name);
    one.close();
    for (const byte of [WRITE, SESSION, pin(1), claim("a")])
      assert.ok(two.tryLock(byte, "shared"), byte.name);
    assert.throws(
      () => one.tryLock(WRITE, "shared"),
      (error) => isPersistError(error, "PERSIST_CLOSED"),
    );
    two.close();
  });

  it("are shared by any number, each with an end of its own", () => {
    const file = LockFile.open(path);
    const pins = Array.from({ length: 20 }, () => file.tryLock(pin(3), "shared")!);
    for (const lock of pins.slice(1)) lock.release();
    const other = LockFile.open(path);
    assert.equal(other.tryLock(pin(3), "exclusive"), null);
    pins[0]!.release();
    other.tryLock(pin(3), "exclusive")!.release();
    for (const one of [file, other]) one.close();
  });
});
