// Checkpoints: what is saved and when the state is free, how many are kept, what is shared, and how a series is found again.
import assert from "node:assert/strict";
import { constants } from "node:buffer";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Checkpoints, isPersistError, NDArray, openArray, PersistError, readArray } from "persist-archive";
import { interrupted, shrink, shrinkable, transfer } from "../support/interrupted.ts";
import type { Members } from "../support/project.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const LARGE = 40_000; // elements: worth a link, and a place in the pool

interface State {
  t: number;
  x: Float64Array;
  fixed: NDArray;
  seen: Map<string, number>;
}

/** A state that knows its step, in the text and in an array, and has an array that never changes. */
function stateOf(step: number): State {
  return {
    t: step,
    x: new Float64Array(LARGE).fill(step),
    fixed: new NDArray({
      data: new Float64Array(2 * LARGE).fill(7),
      shape: [2, LARGE / 2],
      dtype: "complex128",
    }),
    seen: new Map([["step", step]]),
  };
}

function assertStep(items: Members, step: number): void {
  const { t, x, fixed, seen } = items as unknown as State;
  assert.equal(t, step);
  assert.equal(x.length, LARGE);
  assert.ok(x.every((value) => value === step));
  assert.deepEqual(fixed.shape, [2, LARGE / 2]);
  assert.ok((fixed.data as Float64Array).every((value) => value === 7));
  assert.deepEqual(seen, new Map([["step", step]]));
}

const stepPath = (directory: string, step: number): string =>
  join(directory, `step-${String(step).padStart(9, "0")}`);

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof PersistError && error.code === code;
}

describe("Checkpoints", function () {
  this.timeout(60_000);

  for (const arrays of ["npy", "npz", "hdf5"] as const)
    it(`take a state that goes on changing (${arrays})`, async () => {
      const directory = temporaryDirectory();
      const state = stateOf(0);
      const checkpoints = await Checkpoints.open(directory, { arrays });
      const tickets = [];
      for (let step = 1; step <= 4; step++) {
        state.t = step;
        state.x.fill(step);
        state.seen.set("step", step);
        tickets.push(await checkpoints.save(step, state as unknown as Record<string, unknown>));
        state.x.fill(-1);
      }
      await checkpoints.close();
      for (const { step, durable } of tickets) {
        const { path } = await durable;
        assert.equal(path, join(stepPath(directory, step), "index.js"));
        assertStep(await checkpoints.open(step), step);
        assertStep((await import(pathToFileURL(path).href)) as Members, step);
      }
      const { ok, problems, checked } = await checkpoints.verify();
      assert.deepEqual(problems, []);
      assert.ok(ok && checked.bytes > 4 * 24 * LARGE);
    });

  it("hold at most pending + 1 states, and wait with another", async () => {
    const checkpoints = await Checkpoints.open(temporaryDirectory(), { pending: 0 });
    const events: string[] = [];
    for (let step = 1; step <= 3; step++) {
      const { durable } = await checkpoints.save(step, { ...stateOf(step) });
      events.push(`taken ${step}`);
      void durable.then(() => events.push(`durable ${step}`));
    }
    await checkpoints.close();
    assert.deepEqual(events.slice(0, 5), ["taken 1", "durable 1", "taken 2", "durable 2", "taken 3"]);
  });

  it("are written in the order of the calls, whichever is sooner ready", async () => {
    const checkpoints = await Checkpoints.open(temporaryDirectory(), { pending: 5 });
    const order: number[] = [];
    const saves = [6, 5, 4].map(async (step) => {
      const { durable } = await checkpoints.save(step, step === 6 ? { x: new Float64Array(4e6) } : { step });
      await durable.then(() => order.push(step));
    });
    await Promise.all(saves);
    await checkpoints.close();
    assert.deepEqual(order, [6, 5, 4]);
  });

  describe("with source", () => {
    it("borrow: write the arrays where they are", async () => {
      const checkpoints = await Checkpoints.open(temporaryDirectory());
      const { durable } = await checkpoints.save(1, { ...stateOf(1) }, { source: "borrow", check: true });
      await durable;
      assertStep(await checkpoints.open(1), 1);
      await checkpoints.close();
    });

    it("borrow and check: refuse a state that is changed meanwhile", async () => {
      const directory = temporaryDirectory();
      const checkpoints = await Checkpoints.open(directory);
      await (
        await checkpoints.save(1, { ...stateOf(1) })
      ).durable;
      const state = stateOf(2);
      const { durable } = await checkpoints.save(
        2,
        { ...state },
        { source: "borrow", check: true, onProgress: () => (state.x[5] = -5) },
      );
      await assert.rejects(durable, hasCode("PERSIST_CHANGED"));
      assert.deepEqual(readdirSync(directory).toSorted(), ["_lock", "step-000000001"]);
      await assert.rejects(checkpoints.close(), hasCode("PERSIST_CHANGED"));
    });

    for (const arrays of ["npy", "npz", "hdf5"] as const)
      for (const [what, takeAway] of [
        ["transferred", transfer],
        ["resized", shrink],
      ] as const)
        it(`borrow: write no step of a buffer that is ${what} meanwhile (${arrays})`, async () => {
          const checkpoints = await Checkpoints.open(temporaryDirectory(), { arrays });
          let step = 0;
          const error = await interrupted(async () => {
            const x = shrinkable(100 * LARGE).fill(++step);
            const { durable } = await checkpoints.save(step, { x }, { source: "borrow" });
            return { work: durable, interrupt: () => takeAway(x) };
          });
          assert.ok(isPersistError(error, "PERSIST_DETACHED"), String(error));
          assert.ok(!(await checkpoints.steps()).includes(step));
          await assert.rejects(checkpoints.close(), hasCode("PERSIST_DETACHED"));
        });

    it("transfer: take the buffers over, and give them back", async () => {
      const checkpoints = await Checkpoints.open(temporaryDirectory());
      const state = stateOf(3);
      const address = state.x.buffer;
      const { durable, buffers } = await checkpoints.save(3, { ...state }, { source: "transfer" });
      assert.equal(address.byteLength, 0, "its owner has it no more");
      await durable;
      const given = await buffers;
      assert.deepEqual(
        given.map(({ byteLength }) => byteLength),
        [8 * LARGE, 16 * LARGE],
      );
      assert.ok(new Float64Array(given[0]!).every((value) => value === 3));
      assertStep(await checkpoints.open(3), 3);
      await checkpoints.close();
    });

    it("transfer: take nothing where one cannot be taken", async () => {
      const checkpoints = await Checkpoints.open(temporaryDirectory());
      const x = new Float64Array(LARGE);
      const shared = new Float64Array(new SharedArrayBuffer(8 * LARGE)).fill(1);
      await assert.rejects(checkpoints.save(1, { x, shared }, { source: "transfer" }), TypeError);
      assert.equal(x.length, LARGE);
      await (
        await checkpoints.save(2, { x, shared })
      ).durable;
      assert.deepEqual(await checkpoints.steps(), [2]);
      await checkpoints.close();
    });

    it("of another name, or a check of a copy, refuse it", async () => {
      const checkpoints = await Checkpoints.open(temporaryDirectory());
      await assert.rejects(checkpoints.save(1, {}, { source: "move" as "copy" }), TypeError);
      await assert.rejects(checkpoints.save(1, {}, { check: true }), TypeError);
      await assert.rejects(checkpoints.save(-1, {}), RangeError);
      await assert.rejects(checkpoints.save(0.5, {}), RangeError);
      await checkpoints.close();
    });
  });

  describe("share what did not change", () => {
    const inode = (directory: string, step: number, name: string): number =>
      statSync(join(stepPath(directory, step), "_arrays", `${name}.npy`)).ino;

    it("between steps, and also after a restart", async () => {
      const directory = temporaryDirectory();
      for (const steps of [[1, 2], [3]]) {
        const checkpoints = await Checkpoints.open(directory);
        for (const step of steps) await checkpoints.save(step, { ...stateOf(step) });
        await checkpoints.close();
      }
      assert.equal(inode(directory, 1, "fixed"), inode(directory, 2, "fixed"));
      assert.equal(inode(directory, 2, "fixed"), inode(directory, 3, "fixed"));
      assert.notEqual(inode(directory, 1, "x"), inode(directory, 2, "x"));
      for (const step of [1, 2, 3]) assertStep(await (await Checkpoints.open(directory)).open(step), step);
    });

    it("but after a restart nothing that came to harm meanwhile", async () => {
      const directory = temporaryDirectory();
      const first = await Checkpoints.open(directory);
      await first.save(1, { ...stateOf(1) });
      await first.close();
      truncateSync(join(stepPath(directory, 1), "_arrays", "fixed.npy"), 1000);
      const second = await Checkpoints.open(directory);
      await second.save(2, { ...stateOf(2) });
      await second.close();
      assertStep(await second.open(2), 2);
    });

    it("but not where the type or the shape is another", async () => {
      const directory = temporaryDirectory();
      const checkpoints = await Checkpoints.open(directory);
      const data = new Float64Array(LARGE);
      await checkpoints.save(1, { x: data });
      await checkpoints.save(2, { x: new NDArray({ data, shape: [2, LARGE / 2], dtype: "float64" }) });
      await checkpoints.save(3, { x: new BigInt64Array(data.buffer) });
      await checkpoints.close();
      assert.ok((await checkpoints.open(1))["x"] instanceof Float64Array);
      assert.deepEqual(((await checkpoints.open(2))["x"] as NDArray).shape, [2, LARGE / 2]);
      assert.ok((await checkpoints.open(3))["x"] instanceof BigInt64Array);
    });

    it("and go their own way when older steps are removed", async () => {
      const directory = temporaryDirectory();
      const checkpoints = await Checkpoints.open(directory, { keep: 1 });
      for (let step = 1; step <= 4; step++)
        await (
          await checkpoints.save(step, { ...stateOf(step) })
        ).durable;
      await checkpoints.close();
      assert.deepEqual(readdirSync(directory).toSorted(), ["_lock", "step-000000004"]);
      assertStep(await checkpoints.open(4), 4);
    });
  });

  it("refuse an array that has more bytes than this version of Node can take", async function () {
    if (constants.MAX_LENGTH > 2 ** 32) this.skip(); // it takes more than a test can write
    const checkpoints = await Checkpoints.open(temporaryDirectory());
    const x = new Float64Array(2 ** 29 + 1); // never touched: it takes no memory
    await assert.rejects(
      checkpoints.save(1, { x }, { source: "borrow" }),
      (error) => isPersistError(error, "PERSIST_UNSUPPORTED_VALUE") && error.keyPath === ".x",
    );
    await checkpoints.close();
  });

  it("keep the newest, and every so many", async () => {
    const checkpoints = await Checkpoints.open(temporaryDirectory(), { keep: 2, keepEvery: 5 });
    for (let step = 1; step <= 12; step++) await checkpoints.save(step, { step });
    await checkpoints.close();
    assert.deepEqual(await checkpoints.steps(), [5, 10, 11, 12]);
  });

  it("replace a step that is there already, and keep the ones above it", async () => {
    const directory = temporaryDirectory();
    const first = await Checkpoints.open(directory);
    for (const step of [1, 2, 3]) await first.save(step, { run: 1, step });
    await first.close();
    const second = await Checkpoints.open(directory, { keep: 1 });
    await second.save(2, { run: 2, step: 2 });
    await second.close();
    assert.deepEqual(readdirSync(directory).toSorted(), ["_lock", "step-000000002", "step-000000003"]);
    assert.deepEqual({ ...(await second.open(2)) }, { run: 2, step: 2 });
  });

  describe("find the newest step", () => {
    async function series(): Promise<string> {
      const directory = temporaryDirectory();
      const checkpoints = await Checkpoints.open(directory);
      for (const step of [1, 2, 3]) await checkpoints.save(step, { ...stateOf(step) });
      await checkpoints.close();
      return directory;
    }

    it("or none", async () => {
      const checkpoints = await Checkpoints.open(join(temporaryDirectory(), "nothing"));
      assert.equal(await checkpoints.latest(), null);
      assert.deepEqual(await checkpoints.steps(), []);
    });

    it("and pass over those that are damaged", async () => {
      const directory = await series();
      truncateSync(join(stepPath(directory, 3), "_arrays", "x.npy"), 1000);
      writeFileSync(
        join(stepPath(directory, 2), "index.js"),
        "// persist-archive format 1\nexport const t = [",
      );
      const found = await (await Checkpoints.open(directory)).latest();
      assert.equal(found?.step, 1);
      assertStep(found.items, 1);
      assert.deepEqual(
        found.skipped.map(({ step, error }) => [step, error.code]),
        [
          [3, "PERSIST_TRUNCATED"],
          [2, "PERSIST_SYNTAX"],
        ],
      );
    });

    it("and, asked to verify, those whose bytes are not what was written", async () => {
      const directory = await series();
      const file = join(stepPath(directory, 3), "_arrays", "x.npy");
      const bytes = readFileSync(file);
      bytes[5000]! ^= 1;
      writeFileSync(file, bytes);
      const checkpoints = await Checkpoints.open(directory);
      assert.equal((await checkpoints.latest())?.step, 3);
      const found = await checkpoints.latest({ verify: true });
      assert.equal(found?.step, 2);
      assert.deepEqual(
        found.skipped.map(({ step, error }) => [step, error.code, error.file]),
        [[3, "PERSIST_CORRUPT", file]],
      );
      const { ok, problems } = await checkpoints.verify(3);
      assert.equal(ok, false);
      assert.deepEqual(
        problems.map((problem) => [problem.code, problem.file]),
        [["PERSIST_CORRUPT", file]],
      );
    });

    it("and say so when none opens", async () => {
      const directory = await series();
      for (const step of [1, 2, 3]) truncateSync(join(stepPath(directory, step), "index.js"), 40);
      await assert.rejects((await Checkpoints.open(directory)).latest(), hasCode("PERSIST_CORRUPT"));
    });
  });

  it("have one writer at a time, and any number of readers", async () => {
    const directory = temporaryDirectory();
    const first = await Checkpoints.open(directory);
    await (
      await first.save(1, { step: 1 })
    ).durable;
    const second = await Checkpoints.open(directory, { timeout_ms: 50 });
    assert.equal((await second.latest())?.step, 1);
    await assert.rejects(second.save(2, {}), hasCode("PERSIST_LOCKED"));
    const program = `
      import { Checkpoints } from "persist-archive";
      const checkpoints = await Checkpoints.open(process.argv[1], { timeout_ms: 50 });
      await checkpoints.save(2, {}).catch((error) => console.log(error.code));`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", program, "--", directory], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(child.stdout, "PERSIST_LOCKED\n", child.stderr);
    await first.close();
    await (
      await second.save(2, { step: 2 })
    ).durable;
    await second.close();
    await assert.rejects(second.save(3, {}), hasCode("PERSIST_CLOSED"));
  });

  it("finish what they write when the program ends by itself", () => {
    const directory = temporaryDirectory();
    const program = `
      import { Checkpoints } from "persist-archive";
      const checkpoints = await Checkpoints.open(process.argv[1], { pending: 2 });
      for (const step of [1, 2, 3]) await checkpoints.save(step, { x: new Float64Array(1e6).fill(step) });`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", program, "--", directory], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(child.stderr, "");
    assert.deepEqual(readdirSync(directory).toSorted(), [
      "_lock",
      ...[1, 2, 3].map((step) => `step-00000000${step}`),
    ]);
  });

  it("remove what a killed writer left, and only then", async () => {
    const directory = temporaryDirectory();
    const program = `
      import { Checkpoints } from "persist-archive";
      const checkpoints = await Checkpoints.open(process.argv[1]);
      await (await checkpoints.save(1, { step: 1 })).durable;
      await checkpoints.save(2, { x: new Float64Array(4e6) }, { onProgress: () => process.kill(process.pid, "SIGKILL") });
      await checkpoints.close();`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", program, "--", directory], {
      cwd: root,
    });
    assert.equal(child.signal, "SIGKILL");
    const left = readdirSync(directory).filter((name) => name.endsWith(".tmp"));
    assert.equal(left.length, 1);
    const checkpoints = await Checkpoints.open(directory);
    assert.equal((await checkpoints.latest())?.step, 1);
    assert.ok(existsSync(join(directory, left[0]!)));
    await checkpoints.save(2, { step: 2 });
    await checkpoints.close();
    assert.deepEqual(readdirSync(directory).toSorted(), ["_lock", "step-000000001", "step-000000002"]);
  });

  for (const [arrays, name] of [
    ["npy", "path.npy"],
    ["hdf5", "path.h5#path"],
  ] as const)
    describe(`count the frames of a trajectory (${arrays})`, () => {
      const frame = { dtype: "float64", shape: [2] };

      /** Three steps with two frames each, and one frame more. */
      async function recorded(): Promise<string> {
        const directory = temporaryDirectory();
        const checkpoints = await Checkpoints.open(directory, { arrays });
        const path = await checkpoints.trajectory("path", { ...frame, from: null });
        for (let step = 1; step <= 3; step++) {
          for (const half of [0, 0.5]) await path.append(Float64Array.of(step, half));
          await checkpoints.save(step, { step });
        }
        await path.append(Float64Array.of(4, 0));
        await checkpoints.close();
        return directory;
      }
      const first = async (directory: string): Promise<number[]> =>
        Array.from(
          (await readArray(join(directory, name), { selection: [[0, null], 0] })).data as Float64Array,
        );

      it("which is cut to those of the step that the program goes on from", async () => {
        const directory = await recorded();
        assert.deepEqual(await first(directory), [1, 1, 2, 2, 3, 3, 4]);
        const checkpoints = await Checkpoints.open(directory, { arrays });
        const path = await checkpoints.trajectory("path", { ...frame, from: 2 });
        assert.deepEqual(path.shape, [4, 2]);
        await path.append(Float64Array.of(-3, 0));
        await checkpoints.save(3, { step: 3 });
        await checkpoints.close();
        assert.deepEqual(await first(directory), [1, 1, 2, 2, -3]);
        if (arrays === "hdf5") return;
        const { size } = statSync(join(directory, name));
        assert.ok(size < 128 + 128 + 5 * 16, "what was cut off takes no room");
      });

      it("which is empty where the program begins anew", async () => {
        const directory = await recorded();
        const checkpoints = await Checkpoints.open(directory, { arrays });
        await checkpoints.trajectory("path", { ...frame, from: null });
        await checkpoints.close();
        assert.deepEqual(await first(directory), []);
      });

      it("which begins anew where a crash has left no array", async () => {
        const directory = temporaryDirectory();
        writeFileSync(join(directory, name.split("#")[0]!), new Uint8Array(200));
        const checkpoints = await Checkpoints.open(directory, { arrays });
        const path = await checkpoints.trajectory("path", { ...frame, from: null });
        await path.append(Float64Array.of(1, 2));
        await checkpoints.close();
        assert.deepEqual(await first(directory), [1]);
      });

      it("and are on the disk before the step is there", async () => {
        const directory = temporaryDirectory();
        const checkpoints = await Checkpoints.open(directory, { arrays });
        const path = await checkpoints.trajectory("path", { ...frame, from: null });
        await path.append(Float64Array.of(1, 2));
        assert.deepEqual(await first(directory), []);
        await (
          await checkpoints.save(1, {})
        ).durable;
        assert.deepEqual(await first(directory), [1]);
        await checkpoints.close();
      });

      it("and refuse what does not fit", async () => {
        const directory = await recorded();
        const checkpoints = await Checkpoints.open(directory, { arrays });
        const open = (options: object): Promise<unknown> =>
          checkpoints.trajectory("path", { ...frame, from: 3, ...options });
        await assert.rejects(open({ from: 4 }), hasCode("PERSIST_NOT_FOUND"));
        await assert.rejects(open({ dtype: "float32" }), TypeError);
        await assert.rejects(open({ shape: [3] }), TypeError);
        await assert.rejects(
          checkpoints.trajectory("other", { ...frame, from: 3 }),
          hasCode("PERSIST_NOT_FOUND"),
        );
        await assert.rejects(
          checkpoints.trajectory("a b", { ...frame, from: null }),
          hasCode("PERSIST_INVALID_NAME"),
        );
        const cut = await openArray(join(directory, name), { mode: "r+" });
        await cut.truncate(5);
        await cut.close();
        await assert.rejects(open({}), hasCode("PERSIST_TRUNCATED"));
        await open({ from: 1 });
        await assert.rejects(open({ from: 1 }), TypeError);
        await checkpoints.close();
      });
    });

  it("are followed as they appear", async () => {
    const directory = temporaryDirectory();
    const writer = await Checkpoints.open(directory);
    await (
      await writer.save(1, { step: 1 })
    ).durable;
    const reader = await Checkpoints.open(directory);
    const stop = new AbortController();
    const seen: number[] = [];
    const followed = (async () => {
      for await (const step of reader.watch({ signal: stop.signal })) {
        seen.push(((await reader.open(step)) as { step: number }).step);
        if (seen.length === 3) stop.abort();
      }
    })();
    for (const step of [2, 3, 4]) await (await writer.save(step, { step })).durable;
    await followed;
    assert.deepEqual(seen, [2, 3, 4]);
    await writer.close();
  });

  it("lets go of the directory when the signal aborts or the series is closed, though nobody asks for the next step", async () => {
    const watchers = async (): Promise<number> => {
      await new Promise(setImmediate); // handles are closed at the end of a turn
      return process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap").length;
    };
    const before = await watchers();
    const abort = new AbortController();
    const series = await Checkpoints.open(temporaryDirectory());
    await (
      await series.save(1, { step: 1 })
    ).durable;
    const steps = [series.watch({ signal: abort.signal }), series.watch()];
    const firsts = steps.map((each) => each.next());
    await (
      await series.save(2, { step: 2 })
    ).durable;
    assert.deepEqual(
      (await Promise.all(firsts)).map(({ value }) => value as number),
      [2, 2],
    );
    assert.equal(await watchers(), before + 2);
    abort.abort();
    assert.equal(await watchers(), before + 1);
    await series.close();
    assert.equal(await watchers(), before);
    for (const each of steps) assert.deepEqual(await each.next(), { done: true, value: undefined });
    assert.throws(() => series.watch(), { code: "PERSIST_CLOSED" });
  });

  it("are aborted by a signal, step by step", async () => {
    const directory = temporaryDirectory();
    const checkpoints = await Checkpoints.open(directory);
    const reason = new Error("enough");
    await assert.rejects(checkpoints.save(1, {}, { signal: AbortSignal.abort(reason) }), reason);
    const stop = new AbortController();
    const { durable } = await checkpoints.save(
      2,
      { x: new Float64Array(4e6) },
      { signal: stop.signal, onProgress: () => stop.abort(reason) },
    );
    await assert.rejects(durable, reason);
    await (
      await checkpoints.save(3, { step: 3 })
    ).durable;
    await checkpoints.close();
    assert.deepEqual(readdirSync(directory).toSorted(), ["_lock", "step-000000003"]);
  });

  it("say what is wrong with their options", async () => {
    for (const options of [{ keep: 0 }, { keepEvery: -1 }, { pending: 0.5 }, { arrayThreshold: -1 }])
      await assert.rejects(Checkpoints.open("x", options), RangeError);
    for (const options of [{ arrays: "csv" as "npy" }, { durability: "perhaps" as "full" }])
      await assert.rejects(Checkpoints.open("x", options), TypeError);
  });
});
