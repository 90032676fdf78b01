// NDArrays over mapped files.
import { NDArray, type LazyData } from "../ndarray.ts";
import type { Loaded } from "./extent.ts";

/**
 * An NDArray over a mapped file. `data` is made when it is first read, and slices over their own part of the memory, so
 * that a huge file costs nothing before it is used. The memory is given back by `close()`, by `using`, or when nothing
 * refers to it any more.
 */
export class MappedArray extends NDArray {
  readonly #close: () => void;

  /** @internal */
  constructor(loaded: Omit<Loaded, "data">, lazy: LazyData) {
    super({ shape: loaded.shape, stride: loaded.stride, dtype: loaded.dtype }, lazy);
    this.#close = () => loaded.close();
  }

  /** Gives the memory back. Every typed array over it is detached: it has no elements from then on. */
  close(): void {
    this.#close();
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

/** The array of what was mapped; what had to be copied serves as well. */
export function mappedArray(loaded: Loaded): MappedArray {
  if (loaded.lazy !== undefined) return new MappedArray(loaded, loaded.lazy);
  const { data } = loaded;
  return new MappedArray(loaded, {
    length: data.length,
    all: () => data,
    part: (start, end) => data.subarray(start, end),
  });
}
