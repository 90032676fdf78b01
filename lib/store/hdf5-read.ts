// Reads datasets of an HDF5 file: what lies there in one piece like npy, and by the library what does not (chunks, types to convert, strings).
import { dtype } from "../dtype.ts";
import { native, type Hdf5Dataset, type Hdf5Elements, type OpenHdf5Dataset } from "../native.ts";
import { NDArray, select, type Selection } from "../ndarray.ts";
import { PIECE_BYTES, Turn } from "../turn.ts";
import type { ReadOptions } from "./array-format.ts";
import { mapExtent } from "./extent.ts";
import type { Place } from "./hdf5-place.ts";
import { elementType, type ElementType } from "./hdf5-type.ts";
import { runJob, type JobOptions } from "./job.ts";
import { mappedArray } from "./mapped-array.ts";
import { readElements } from "./read-elements.ts";
import { RecordArray } from "./record-array.ts";

/** Reads or maps what lies in one piece. */
export async function readInPlace(
  fd: number,
  extent: Place,
  file: string,
  options: ReadOptions,
): Promise<NDArray> {
  const { selection, map: wantsMap } = options;
  if (!wantsMap) return readElements(fd, extent, undefined, selection, file, options);
  const mapped = mappedArray(mapExtent(fd, extent, "c", file));
  return selection === undefined ? mapped : mapped.slice(selection);
}

/**
 * Reads a selection (all for undefined): the part along the dataset's own axes is all that is read; axes of an array type are
 * cut afterwards.
 * @throws PersistError PERSIST_CORRUPT, PERSIST_FORMAT, PERSIST_LIMIT, PERSIST_IO; RangeError for a selection outside.
 */
export async function readDataset(
  dataset: OpenHdf5Dataset,
  selection: Selection | undefined,
  file: string,
  job: JobOptions,
): Promise<NDArray> {
  const { handle, shape, size_bytes } = dataset;
  const { ranges, counts, rest } = planOf(dataset, selection ?? []);
  const whole = shape.reduce((size, extent) => size * extent, 1);
  const part = counts.reduce((size, extent) => size * extent, 1);
  const total_bytes = whole === 0 ? 0 : (size_bytes / whole) * part;
  const elements = await runJob(job, "read", total_bytes, (control) =>
    native().readHdf5(handle, ranges, control),
  );
  return (await ownArrayOf(dataset, counts, elements, file)).slice(rest);
}

/** The array of what the addon has read of a dataset. */
export async function ownArrayOf(
  dataset: Hdf5Dataset,
  counts: readonly number[],
  { buffer, characters }: Hdf5Elements,
  file: string,
): Promise<NDArray> {
  return arrayOf(dataset, counts, await intoOwn(buffer), characters, file);
}

/** Copies what the addon has made into memory of the engine's own, in short turns: only that can be transferred to another thread. */
async function intoOwn(buffer: ArrayBuffer): Promise<ArrayBuffer> {
  const own = native().newBuffer(buffer.byteLength);
  const [from, to] = [new Uint8Array(buffer), new Uint8Array(own)];
  const turn = new Turn();
  for (let at = 0; at < from.length; at += PIECE_BYTES) {
    if (turn.isOver) await turn.pause();
    to.set(from.subarray(at, at + PIECE_BYTES), at);
  }
  return own;
}

/** The array of what was read of a dataset, `counts` elements along its own axes; `characters` is n of `Un` for text. */
export function arrayOf(
  dataset: Hdf5Dataset,
  counts: readonly number[],
  buffer: ArrayBuffer,
  characters: number,
  file: string,
): NDArray {
  const { dtype: type, fields }: Pick<ElementType, "dtype" | "fields"> = dataset.isText
    ? { dtype: dtype(`U${characters}`) }
    : elementType(dataset, file);
  const parts = { shape: [...counts, ...dataset.inner], dtype: type.name };
  return fields === undefined
    ? new NDArray({ ...parts, data: new type.Data(buffer) })
    : new RecordArray({ ...parts, data: new Uint8Array(buffer) }, fields);
}

export interface Plan {
  /** Start, step and count for each of the dataset's own axes. */
  readonly ranges: number[];
  readonly counts: number[];
  /** What is left to do in memory: drop axes, turn round those with a negative step, cut those of an array type. */
  readonly rest: Selection;
}

/** What to read for a selection, and what is left to do with it. */
export function planOf({ shape, inner }: Pick<Hdf5Dataset, "shape" | "inner">, selection: Selection): Plan {
  // checks all entries, also those of the axes that are read whole
  select({ shape: [...shape, ...inner], stride: [...shape, ...inner].map(() => 0), offset: 0 }, selection);
  const ranges: number[] = [];
  const counts: number[] = [];
  const rest: Selection[number][] = [];
  for (const [axis, extent] of shape.entries()) {
    const entry = selection[axis] ?? [null, null];
    const one = select({ shape: [extent], stride: [1], offset: 0 }, [entry]);
    const [count = 1] = one.shape;
    const [step = 1] = one.stride;
    ranges.push(
      step > 0 || count === 0 ? one.offset : one.offset + step * (count - 1),
      Math.abs(step),
      count,
    );
    counts.push(count);
    rest.push(typeof entry === "number" ? 0 : [null, null, step < 0 ? -1 : 1]);
  }
  return { ranges, counts, rest: [...rest, ...selection.slice(shape.length)] };
}
