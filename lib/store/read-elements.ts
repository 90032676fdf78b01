// Copies elements out of an open file: all of them, or a selection of which no more is read than saves calls of the
// system. The addon does it, on a worker; what is little and lies in few places it does at once.
import type { Control, ElementsToRead } from "../native.ts";
import { NDArray, select, strideOf, type NDArrayFields, type Selection } from "../ndarray.ts";
import type { Extent } from "./extent.ts";
import { inTurn, SMALL_BYTES } from "../turn.ts";
import { runJob, type JobOptions } from "./job.ts";
import { reader } from "./reader.ts";
import { RecordArray, type RecordField } from "./record-array.ts";

/** An array that is one member of a zip file: what else is known of it there. */
export interface Packing {
  readonly crc: number;
  /** The npy header, which the checksum covers as well. */
  readonly head: Uint8Array;
  /** The stream that the extent's offset counts in, when the member is deflated. */
  readonly deflated?: Omit<NonNullable<ElementsToRead["deflated"]>, "crc" | "whole">;
}

/** In more, what is little is no longer read at once. */
const FEW_PLACES = 64;

/**
 * Reads elements into fresh memory: in C order, or in Fortran order where the file is.
 * @param fd stays open until the promise settles.
 * @throws PersistError PERSIST_TRUNCATED, PERSIST_FORMAT, PERSIST_CORRUPT, PERSIST_IO; RangeError for a selection outside.
 */
export async function readElements(
  fd: number,
  extent: Extent & { readonly fields?: readonly RecordField[] },
  packing: Packing | undefined,
  selection: Selection | undefined,
  file: string,
  job: JobOptions,
): Promise<NDArray> {
  const { dtype, fields } = extent;
  const { request, shape, stride } =
    selection === undefined ? wholeOf(extent, packing) : partOf(extent, packing, selection);
  const isLittle = request.size_bytes <= SMALL_BYTES && placesOf(request) <= FEW_PLACES;
  const isNow = isLittle && isNear(request);
  if (isNow) await inTurn();
  job.signal?.throwIfAborted();
  const buffer = isNow
    ? reader().readElementsSync(fd, request, file)
    : await runJob(job, "read", request.size_bytes, (control: Control | undefined) =>
        reader().readElements(fd, request, file, control),
      );
  const array = { data: new dtype.Data(buffer), shape, stride, dtype: dtype.name };
  return fields === undefined
    ? new NDArray(array)
    : new RecordArray(array as NDArrayFields<Uint8Array>, fields);
}

/** The request for all elements, in the order in which they lie. */
export function wholeOf(extent: Extent, packing?: Packing): Plan {
  const { dtype, shape, fortran, offset_bytes, size_bytes } = extent;
  const itemsize = Math.max(dtype.itemsize_bytes, 1);
  const request: ElementsToRead = {
    from: offset_bytes,
    to: 0,
    itemsize,
    swap: swapOf(extent),
    axes: [size_bytes / itemsize, itemsize, itemsize],
    size_bytes,
    ...(packing === undefined
      ? {}
      : packing.deflated === undefined
        ? { sum: packing }
        : { deflated: { ...packing.deflated, crc: packing.crc, whole: true } }),
  };
  return { request, shape, stride: strideOf(shape, fortran) };
}

interface Plan {
  readonly request: ElementsToRead;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** The request for a selection. Checksums cover whole members, so that of a part there is none. */
function partOf(extent: Extent, packing: Packing | undefined, selection: Selection): Plan {
  const { dtype, fortran } = extent;
  const itemsize = dtype.itemsize_bytes;
  const view = select({ shape: extent.shape, stride: strideOf(extent.shape, fortran), offset: 0 }, selection);
  const { shape } = view;
  const stride = strideOf(shape, fortran);
  let from = extent.offset_bytes + view.offset * itemsize;
  let to = 0;
  const axes = shape.map((count, axis) => {
    const [here, there] = [view.stride[axis]! * itemsize, stride[axis]! * itemsize];
    if (here >= 0) return [count, here, there];
    // a step back is a step forward in the file, and back in the result
    from += here * (count - 1);
    to += there * (count - 1);
    return [count, -here, -there];
  });
  if (fortran) axes.reverse();
  const size_bytes = shape.reduce((size, count) => size * count, itemsize);
  const nothing = size_bytes === 0;
  const request: ElementsToRead = {
    from: nothing ? 0 : from,
    to: nothing ? 0 : to,
    itemsize,
    swap: swapOf(extent),
    axes: nothing ? [0, itemsize, itemsize] : axes.flat(),
    size_bytes,
    ...(packing?.deflated === undefined
      ? {}
      : { deflated: { ...packing.deflated, crc: packing.crc, whole: false } }),
  };
  return { request, shape, stride };
}

function swapOf({ dtype, bigEndian }: Extent): number {
  return bigEndian ? dtype.Data.BYTES_PER_ELEMENT : 0;
}

/** How many calls of the system a request may take at most. */
function placesOf({ axes, itemsize }: ElementsToRead): number {
  let places = 1;
  let run = itemsize;
  for (let k = axes.length - 3; k >= 0; k -= 3) {
    const [count, step] = [axes[k]!, axes[k + 1]!];
    if (places === 1 && step === run) run *= count;
    else places *= count;
  }
  return places;
}

/** Whether little work comes before the first element: a stream is inflated from its start. */
function isNear({ deflated }: ElementsToRead): boolean {
  return deflated === undefined || deflated.size_bytes <= SMALL_BYTES;
}
