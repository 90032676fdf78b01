// A block of elements in two arrays at once: in memory, and in a file. What lies in one piece in both is one run.
import { native } from "../native.ts";
import { runJob, type JobOptions } from "./job.ts";

/** An array in C order, and the element in it where the block begins. */
export interface Side {
  readonly shape: readonly number[];
  readonly start: readonly number[];
}

/** Bytes that go from one place to another. */
export interface Run {
  /** In the memory of the block. */
  readonly from: number;
  /** In the file. */
  readonly offset: number;
  readonly length: number;
}

/** Ranges handed to the addon at once. */
const MOST_RANGES = 4096;

/** The runs of a block of `counts` elements, in C order; `origin` is where the array begins in the file. */
export function* runsOf(
  counts: readonly number[],
  itemsize_bytes: number,
  memory: Side,
  file: Side,
  origin: number,
): Generator<Run, void, undefined> {
  if (counts.includes(0)) return;
  let length = itemsize_bytes;
  let axes = counts.length;
  // a run goes over all inner axes that are taken whole, and along one more
  while (axes > 0) {
    axes--;
    length *= counts[axes]!;
    if (counts[axes] !== memory.shape[axes] || counts[axes] !== file.shape[axes]) break;
  }
  const [here, there] = [stepsOf(memory.shape, itemsize_bytes), stepsOf(file.shape, itemsize_bytes)];
  let from = memory.start.reduce((sum, at, k) => sum + at * here[k]!, 0);
  let offset = file.start.reduce((sum, at, k) => sum + at * there[k]!, origin);
  const index = counts.slice(0, axes).map(() => 0);
  // counts through the outer axes like an odometer
  for (;;) {
    yield { from, offset, length };
    let k = index.length - 1;
    for (; k >= 0; k--) {
      from += here[k]!;
      offset += there[k]!;
      if (++index[k]! < counts[k]!) break;
      from -= here[k]! * counts[k]!;
      offset -= there[k]! * counts[k]!;
      index[k] = 0;
    }
    if (k < 0) return;
  }
}

/** Writes runs of `data` into an open file, whatever their number; those that follow each other in both become one. */
export async function writeRuns(
  fd: number,
  file: string,
  data: Uint8Array,
  runs: Iterable<Run>,
  job: JobOptions,
): Promise<void> {
  await runJob(job, "write", data.byteLength, async (control) => {
    let batch: { offset: number; data: Uint8Array }[] = [];
    for (const { from, offset, length } of joined(runs)) {
      batch.push({ offset, data: data.subarray(from, from + length) });
      if (batch.length < MOST_RANGES) continue;
      await native().writeOpenRanges(fd, file, batch, false, control);
      batch = [];
    }
    if (batch.length > 0) await native().writeOpenRanges(fd, file, batch, false, control);
  });
}

function* joined(runs: Iterable<Run>): Generator<Run, void, undefined> {
  let last: Run | undefined;
  for (const run of runs) {
    if (
      last !== undefined &&
      last.from + last.length === run.from &&
      last.offset + last.length === run.offset
    )
      last = { ...last, length: last.length + run.length };
    else {
      if (last !== undefined) yield last;
      last = run;
    }
  }
  if (last !== undefined) yield last;
}

function stepsOf(shape: readonly number[], itemsize_bytes: number): number[] {
  const out: number[] = [];
  for (let k = shape.length - 1, step = itemsize_bytes; k >= 0; step *= shape[k]!, k--) out[k] = step;
  return out;
}
