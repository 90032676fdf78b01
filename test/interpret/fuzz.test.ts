// Damages texts and reads them: no crash, no hang, no change of an intrinsic, no run of code, and for what is accepted, the values that the
// engine gives. PERSIST_FUZZ_RUNS sets the number of texts, PERSIST_FUZZ_SEED repeats a run.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { PersistError, restore } from "persist-archive";
import { accepted } from "./accepted.ts";
import { acceptedCalls } from "./accepted-calls.ts";
import type { Answer } from "./fuzz-engine.ts";
import { difference } from "../support/isomorphic.ts";
import { snapshot } from "./intrinsics.ts";
import { randomNumbers } from "../support/random.ts";
import { mutate } from "./mutate.ts";
import { malformed, wouldReach, wouldRun } from "./refused.ts";

const runs = Number(process.env["PERSIST_FUZZ_RUNS"] ?? 4000);
const seed = Number(process.env["PERSIST_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const LIMIT_MS = 1000;
/** The processor's time counts what other threads do, the collector's among them: a text that takes too long does so every time. */
const TRIES = 3;
/** A thread keeps every module that it has imported, so it is replaced now and then. */
const TEXTS_PER_THREAD = 5000;

const texts: string[] = [
  ...Object.values(accepted),
  ...Object.values(acceptedCalls),
  ...[wouldRun, wouldReach, malformed].flatMap((table) =>
    Object.values(table).map(({ text }) => text.replace("^", "")),
  ),
].filter((text) => text.length < 5000 && !text.includes("persist-archive.NDArray")); // these differ on purpose

class Engine {
  #worker: Worker | undefined;
  #count = 0;

  async judge(text: string): Promise<Answer> {
    if (this.#count++ % TEXTS_PER_THREAD === 0) await this.close();
    this.#worker ??= new Worker(new URL("./fuzz-engine.js", import.meta.url));
    const signal = AbortSignal.timeout(30 * LIMIT_MS);
    this.#worker.postMessage(text);
    const [answer] = (await once(this.#worker, "message", { signal })) as [Answer];
    return answer;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}

describe("damaged texts", () => {
  const engine = new Engine();
  after(() => engine.close());

  it(`are refused, or give what the engine gives (${runs} texts, seed ${seed})`, async function () {
    this.timeout(0);
    const random = randomNumbers(seed);
    let touched = false;
    Object.assign(globalThis, { touched: () => (touched = true) });
    const before = snapshot();
    const counts = { same: 0, refused: 0 };
    for (let run = 0; run < runs; run++) {
      const text = mutate(texts[Math.floor(random() * texts.length)]!, texts, random);
      let error: unknown;
      let exports: Record<string, unknown> = {};
      let cpu_ms = Infinity;
      for (let tries = 0; tries < TRIES && cpu_ms >= LIMIT_MS; tries++) {
        const start = process.cpuUsage();
        try {
          exports = restore(text);
        } catch (thrown) {
          error = thrown;
        }
        const { user, system } = process.cpuUsage(start);
        cpu_ms = (user + system) / 1000;
      }
      const shown = `run ${run}: ${JSON.stringify(text)}`;
      assert.ok(cpu_ms < LIMIT_MS, `${cpu_ms} ms, ${shown}`);
      assert.equal(touched, false, `code was run, ${shown}`);
      if (error !== undefined) {
        assert.ok(error instanceof PersistError, `threw ${(error as Error).stack}, ${shown}`);
        counts.refused++;
        continue;
      }
      const names = Object.keys(exports);
      if (names.length > 0) {
        const name = names[Math.floor(random() * names.length)]!;
        const single = restore(text, { only: [name] });
        assert.equal(difference({ [name]: exports[name] }, { ...single }), null, `only ${name}, ${shown}`);
      }
      if (/[\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ""))) continue;
      const answer = await engine.judge(text);
      assert.notEqual(answer.kind, "different", `${JSON.stringify(answer)}, ${shown}`);
      assert.notEqual(answer.kind, "refused", `the engine refuses it: ${JSON.stringify(answer)}, ${shown}`);
      counts.same++;
    }
    assert.deepEqual(snapshot(), before);
    Reflect.deleteProperty(globalThis, "touched");
    // a fuzzer that has nearly everything refused proves little
    assert.ok(counts.same > runs / 50, JSON.stringify(counts));
  });
});
