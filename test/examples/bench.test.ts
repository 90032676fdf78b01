// What the benchmarks say about samples: medians, and ratios that a slow minute of the machine does not change.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

interface Sample {
  driver: string;
  round?: number;
  elapsed_ns?: number;
  peak_bytes?: number;
  bytes?: number | null;
  skipped?: string;
  failed?: string;
}
interface Summary {
  reference: string | null;
  rows: {
    driver: string;
    median_ns: number;
    min_ns: number;
    max_ns: number;
    deviation_ns: number;
    ratio: number | null;
  }[];
  broken: Sample[];
  targets: { text: string; reached: string; ok: boolean }[];
}
type Summarize = (trial: { reference?: string[]; targets?: object[] }, samples: Sample[]) => Summary;

describe("the benchmarks' statistics", () => {
  let summarize: Summarize;

  before(async () => {
    const file = pathToFileURL(resolve("bench", "harness", "statistics.mjs")).href;
    summarize = ((await import(file)) as { summarize: Summarize }).summarize;
  });

  const sample = (driver: string, round: number, ms: number, peak_MB = 1): Sample => ({
    driver,
    round,
    elapsed_ns: ms * 1e6,
    peak_bytes: peak_MB * 1e6,
    bytes: 4e6,
  });

  it("give median, spread and deviation, quickest first", () => {
    const times = [5, 1, 3, 9, 2];
    const samples = [...times.map((ms, i) => sample("slow", i, ms)), sample("quick", 0, 1)];
    const { rows, reference } = summarize({}, samples);
    assert.equal(reference, null);
    assert.deepEqual(
      rows.map((row) => row.driver),
      ["quick", "slow"],
    );
    const slow = rows[1]!;
    assert.deepEqual(
      [slow.median_ns, slow.min_ns, slow.max_ns, slow.deviation_ns, slow.ratio],
      [3e6, 1e6, 9e6, 2e6, null],
    );
  });

  it("take ratios within a round, to the best of the reference drivers", () => {
    // the machine is ten times as slow in the second round
    const samples = [
      ...[1, 10, 1.2].map((ms, i) => sample("c-one", i, ms)),
      ...[2, 20, 2.4].map((ms, i) => sample("c-two", i, ms)),
      ...[1.1, 11, 1.32].map((ms, i) => sample("ours", i, ms)),
    ];
    const { reference, rows, targets } = summarize(
      {
        reference: ["c-two", "c-one"],
        targets: [
          { driver: "ours", atMost: 1.15 },
          { driver: "ours", atMost: 1.05 },
          { driver: "ours", of: "c-two", atMost: 0.6 },
        ],
      },
      samples,
    );
    assert.equal(reference, "c-one");
    assert.ok(Math.abs(rows.find((row) => row.driver === "ours")!.ratio! - 1.1) < 1e-9);
    assert.deepEqual(
      targets.map((target) => target.ok),
      [true, false, true],
    );
  });

  it("judge memory, duration and speed", () => {
    const { targets } = summarize(
      {
        targets: [
          { driver: "ours", of: "peer", measure: "memory", atMost: 0.5 },
          { driver: "ours", below_ms: 2 },
          { driver: "ours", below_ms: 1 },
          { driver: "ours", atLeast_MBps: 4000 },
          { driver: "ours", atLeast_MBps: 4001 },
        ],
      },
      [sample("ours", 1, 1, 40), sample("peer", 1, 5, 100)],
    );
    assert.deepEqual(
      targets.map((target) => target.ok),
      [true, true, false, true, false],
    );
  });

  it("leave out drivers that could not run, and targets that need them", () => {
    const wanted = [
      { driver: "ours", of: "peer", atMost: 1 },
      { driver: "ours", atMost: 1 }, // of the reference
    ];
    const { rows, broken, targets } = summarize({ reference: ["peer"], targets: wanted }, [
      sample("ours", 1, 1),
      sample("peer", 1, 2),
      { driver: "peer", failed: "exit code 1" },
      { driver: "py", skipped: "no Python" },
    ]);
    assert.deepEqual(
      rows.map((row) => row.driver),
      ["ours"],
    );
    assert.deepEqual(
      broken.map(({ driver }) => driver),
      ["peer", "py"],
    );
    assert.deepEqual(targets, []);
  });
});
