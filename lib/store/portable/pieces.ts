// Which pieces of a source hold the elements of a request, and where these belong in the result.
import type { ElementsToRead } from "../../native.ts";

/** Bytes of the source that are wanted: whoever reads them puts them into `into`, and asks for the next piece. */
export interface Piece {
  readonly position: number;
  readonly into: Uint8Array;
}

interface Axis {
  readonly count: number;
  /** Steps in the source and in the result, in bytes. */
  readonly from: number;
  readonly to: number;
}

/** Long runs come in such pieces, which end between two numbers. */
const LONGEST_BYTES = 2 ** 20;
/** Runs with gaps are read together, and copied out, as long as they fit. */
const SCRATCH_BYTES = 2 ** 16;
/** Wider gaps are not read. */
const GAP_BYTES = 4096;

/** The pieces of a request, in their order in the source. When one is asked for, the one before has been copied into `out`. */
export function* piecesOf(request: ElementsToRead, out: Uint8Array): Generator<Piece, void, void> {
  if (request.size_bytes === 0) return;
  const { axes, run } = mergedAxes(request);
  const { depth, span, group } = together(axes, run);
  const grouped = group > 1 ? axes[depth - 1] : undefined;
  if (grouped === undefined && depth === axes.length) {
    for (const place of places(axes)) yield* pieceByPiece(request, out, place, run);
    return;
  }
  const whole = grouped ?? { count: 1, from: 0, to: 0 };
  const inner = axes.slice(depth);
  const scratch = new Uint8Array(span + (group - 1) * whole.from);
  for (const place of places(axes.slice(0, grouped === undefined ? depth : depth - 1))) {
    for (let k = 0; k < whole.count; k += group) {
      const count = Math.min(group, whole.count - k);
      const into = scratch.subarray(0, span + (count - 1) * whole.from);
      yield { position: request.from + place.from + k * whole.from, into };
      const to = request.to + place.to + k * whole.to;
      for (const { from, to: step } of places([{ ...whole, count }, ...inner]))
        copy(scratch, from, out, to + step, run);
    }
  }
}

function* pieceByPiece(
  request: ElementsToRead,
  out: Uint8Array,
  place: { from: number; to: number },
  run: number,
): Generator<Piece, void, void> {
  for (let done = 0; done < run; done += LONGEST_BYTES) {
    const to = request.to + place.to + done;
    const size = Math.min(run - done, LONGEST_BYTES);
    yield { position: request.from + place.from + done, into: out.subarray(to, to + size) };
  }
}

/** The axes of more than one element, those that follow each other without a gap as one; and how many bytes lie together. */
function mergedAxes({ axes: flat, itemsize }: ElementsToRead): { axes: Axis[]; run: number } {
  const axes: Axis[] = [];
  for (let k = 0; k < flat.length; k += 3) {
    const axis = { count: flat[k]!, from: flat[k + 1]!, to: flat[k + 2]! };
    const before = axes.at(-1);
    if (axis.count === 1) continue;
    if (before?.from === axis.from * axis.count && before.to === axis.to * axis.count)
      axes.splice(-1, 1, { ...axis, count: before.count * axis.count });
    else axes.push(axis);
  }
  const last = axes.at(-1);
  if (last?.from !== itemsize || last.to !== itemsize) return { axes, run: itemsize };
  return { axes: axes.slice(0, -1), run: itemsize * last.count };
}

/** How much is read in one piece: the axes from `depth` on, which span so many bytes, and of the one before them `group` steps. */
function together(axes: readonly Axis[], run: number): { depth: number; span: number; group: number } {
  let depth = axes.length;
  let span = run;
  for (; depth > 0; depth--) {
    const { count, from } = axes[depth - 1]!;
    if (from > span + GAP_BYTES || span >= SCRATCH_BYTES) break;
    const fitting = Math.floor((SCRATCH_BYTES - span) / from) + 1;
    if (fitting < count) return { depth, span, group: fitting };
    span += from * (count - 1);
  }
  return { depth, span, group: 1 };
}

/** Every combination of steps, the last axis fastest. */
function* places(axes: readonly Axis[]): Generator<{ from: number; to: number }, void, void> {
  const index = axes.map(() => 0);
  const place = { from: 0, to: 0 };
  for (;;) {
    yield place;
    let k = axes.length - 1;
    for (; k >= 0; k--) {
      const { count, from, to } = axes[k]!;
      index[k]!++;
      place.from += from;
      place.to += to;
      if (index[k]! < count) break;
      place.from -= from * count;
      place.to -= to * count;
      index[k] = 0;
    }
    if (k < 0) return;
  }
}

function copy(source: Uint8Array, from: number, out: Uint8Array, to: number, size: number): void {
  // a view costs more than copying an element
  if (size > 64) out.set(source.subarray(from, from + size), to);
  else for (let k = 0; k < size; k++) out[to + k] = source[from + k]!;
}
