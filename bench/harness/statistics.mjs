// Medians and spread of samples, and ratios between drivers.

export function median(values) {
  const sorted = [...values].toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * One row for every driver of a trial, quickest first; drivers without samples come last, with `skipped` or `failed`.
 *
 * Ratios are medians over the rounds of this driver's value over the reference's of the same round, so that a slow minute
 * of the machine, which both of them see, does not count. Of several reference drivers, that with the lowest median is
 * the reference.
 * @param {import("./trials.mjs").Trial} trial
 * @param {object[]} samples
 */
export function summarize(trial, samples) {
  const timed = byDriver(samples.filter((sample) => sample.round !== undefined));
  const broken = new Map(samples.filter((s) => s.skipped ?? s.failed).map((s) => [s.driver, s]));
  for (const driver of broken.keys()) timed.delete(driver);
  const time = (driver) => median(timed.get(driver).map((sample) => sample.elapsed_ns));
  const reference = (trial.reference ?? [])
    .filter((driver) => timed.has(driver))
    .toSorted((a, b) => time(a) - time(b))[0];

  const rows = [...timed].map(([driver, own]) => {
    const times = own.map((sample) => sample.elapsed_ns);
    return {
      driver,
      rounds: own.length,
      median_ns: median(times),
      min_ns: Math.min(...times),
      max_ns: Math.max(...times),
      deviation_ns: median(times.map((t) => Math.abs(t - median(times)))),
      peak_bytes: median(own.map((sample) => sample.peak_bytes)),
      bytes: own[0].bytes,
      written_bytes: own[0].written_bytes,
      isReference: driver === reference,
      ratio: reference === undefined ? null : ratio(timed, driver, reference, "elapsed_ns"),
    };
  });
  return {
    reference: reference ?? null,
    rows: rows.toSorted((a, b) => a.median_ns - b.median_ns),
    broken: [...broken.values()],
    targets: (trial.targets ?? [])
      .filter(
        ({ driver, of = reference, atMost }) => timed.has(driver) && (atMost === undefined || timed.has(of)),
      )
      .map((target) => judge(target, timed, reference)),
  };
}

/** What a target asks, what was reached, and whether that is good enough. */
function judge(target, timed, reference) {
  const { driver, measure = "time", of = reference, atMost, below_ms, atLeast_MBps } = target;
  const own = timed.get(driver);
  if (below_ms !== undefined) {
    const reached_ns = median(own.map((sample) => sample.elapsed_ns));
    return {
      driver,
      text: `${driver}: below ${below_ms} ms`,
      reached: duration(reached_ns),
      ok: reached_ns < below_ms * 1e6,
    };
  }
  if (atLeast_MBps !== undefined) {
    const reached = (own[0].bytes / median(own.map((sample) => sample.elapsed_ns))) * 1000;
    return {
      driver,
      text: `${driver}: at least ${atLeast_MBps} MB/s`,
      reached: `${reached.toFixed(0)} MB/s`,
      ok: reached >= atLeast_MBps,
    };
  }
  const reached = ratio(timed, driver, of, measure === "memory" ? "peak_bytes" : "elapsed_ns");
  return {
    driver,
    text: `${driver}: at most ${atMost} of the ${measure === "memory" ? "peak memory" : "time"} of ${of}`,
    reached: reached.toFixed(2),
    ok: reached <= atMost,
  };
}

function ratio(timed, driver, of, field) {
  const others = new Map(timed.get(of).map((sample) => [sample.round, sample[field]]));
  return median(
    timed
      .get(driver)
      .filter((sample) => others.has(sample.round))
      .map((sample) => sample[field] / others.get(sample.round)),
  );
}

function byDriver(samples) {
  const groups = new Map();
  for (const sample of samples) {
    if (!groups.has(sample.driver)) groups.set(sample.driver, []);
    groups.get(sample.driver).push(sample);
  }
  return groups;
}

/** A time as people read it, with three digits. */
export function duration(ns) {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toPrecision(3).replace(/e\+3$/, "00")} ms`;
  return `${(ns / 1e9).toPrecision(3)} s`;
}
