// Where an array's elements lie in an open file, and how to get them: mapped or copied. What an npy header or a row of an
// array table says becomes an Extent; nothing after that knows the format.
import type { DType, TypedArray } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { markMapped } from "../mapped.ts";
import { addonIfThere, native, type ElementsToRead } from "../native.ts";
import { strideOf, type LazyData } from "../ndarray.ts";
import { SMALL_BYTES } from "../turn.ts";
import { wholeOf } from "./read-elements.ts";
import { reader } from "./reader.ts";

/** The elements of one array in a file. The file was seen to hold them all. */
export interface Extent {
  readonly dtype: DType;
  readonly bigEndian: boolean;
  /** Whether the first index varies fastest in the file. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin in the file. */
  readonly offset_bytes: number;
  readonly size_bytes: number;
}

/** An array out of a file, copied or mapped. */
export interface Loaded {
  /** All elements. Over a mapping, each reading of this property makes a buffer. */
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly dtype: string;
  /** The data of a mapping, to be made on demand; undefined for a copy. */
  readonly lazy: LazyData | undefined;
  /** Throws PERSIST_TRUNCATED when the file of a mapping was cut short since: what is missing was read as zeros. */
  checkWhole(): void;
  /** Gives a mapping back and detaches its buffers; does nothing for a copy, and nothing the second time. Throws as `checkWhole`. */
  close(): void;
}

/** NumPy's letters: `c` writes stay in memory, `r+` writes reach the file. */
export type MapMode = "c" | "r+";

/** Whether the elements can be used where they lie. A bigger first byte or a misaligned start needs a copy. */
export function isMappable({ dtype, bigEndian, offset_bytes }: Extent): boolean {
  return !bigEndian && offset_bytes % dtype.Data.BYTES_PER_ELEMENT === 0;
}

/**
 * Maps the elements: constant time, whatever the size. The file may be closed afterwards. In mode `c`, what cannot be mapped is copied.
 * @throws PersistError PERSIST_UNSUPPORTED with mode `r+` for elements that can only be copied.
 */
export function mapExtent(fd: number, extent: Extent, mode: MapMode, file: string): Loaded {
  if (mode === "c" && (!isMappable(extent) || addonIfThere() === undefined))
    return readExtentSync(fd, extent, file);
  if (!isMappable(extent)) {
    const why = extent.bigEndian
      ? "its numbers are big-endian"
      : `its data begin at byte ${extent.offset_bytes}, which is not aligned`;
    throw new PersistError("PERSIST_UNSUPPORTED", `${file} cannot be mapped for writing: ${why}`, { file });
  }
  if (extent.size_bytes === 0) return copied(extent, new ArrayBuffer(0));
  const { dtype, offset_bytes, size_bytes } = extent;
  const mapping = native().map(fd, offset_bytes, size_bytes, mode === "r+", file);
  const width = dtype.Data.BYTES_PER_ELEMENT;
  const part = (start: number, end: number): TypedArray => {
    if (start >= end) return new dtype.Data(0);
    const { buffer, byteOffset } = native().view(mapping, start * width, (end - start) * width);
    markMapped(buffer);
    return new dtype.Data(buffer, byteOffset, end - start);
  };
  const length = size_bytes / width;
  const lazy = { length, all: () => part(0, length), part };
  return {
    ...layoutOf(extent),
    lazy,
    get data() {
      return lazy.all();
    },
    checkWhole: () => native().checkWhole(mapping),
    close: () => native().unmap(mapping),
  };
}

/** Where a raw DEFLATE stream lies that inflates to some bytes and the elements; the extent's offset then counts in what it inflates to. */
export interface Stream {
  readonly start: number;
  readonly stored_bytes: number;
}

/** Copies the elements into fresh memory, on this thread. */
export function readExtentSync(fd: number, extent: Extent, file: string, stream?: Stream): Loaded {
  return copied(extent, reader().readElementsSync(fd, requestOf(extent, stream), file));
}

/** The same on a worker, but for little. `fd` stays open until then. */
export async function readExtent(fd: number, extent: Extent, file: string, stream?: Stream): Promise<Loaded> {
  if (extent.size_bytes <= SMALL_BYTES) return readExtentSync(fd, extent, file, stream);
  return copied(extent, await reader().readElements(fd, requestOf(extent, stream), file, undefined));
}

function requestOf(extent: Extent, stream: Stream | undefined): ElementsToRead {
  const { request } = wholeOf(extent);
  if (stream === undefined) return request;
  const size_bytes = extent.offset_bytes + extent.size_bytes;
  return { ...request, deflated: { ...stream, size_bytes, whole: true } };
}

function copied(extent: Extent, buffer: ArrayBuffer): Loaded {
  return {
    ...layoutOf(extent),
    data: new extent.dtype.Data(buffer),
    lazy: undefined,
    checkWhole: () => {},
    close: () => {},
  };
}

function layoutOf({ dtype, shape, fortran }: Extent): Pick<Loaded, "shape" | "stride" | "dtype"> {
  return { shape, stride: strideOf(shape, fortran), dtype: dtype.name };
}
