// NDArrays over mapped files.
import { NDArray, type Element, type LazyData, type Selection } from "../ndarray.ts";
import type { Loaded } from "./extent.ts";

/**
 * An NDArray over a mapped file. `data` is made when it is first read, and slices over their own part of the memory, so
 * that a huge file costs nothing before it is used. The memory is given back by `close()`, by `using`, or when nothing
 * refers to it any more.
 *
 * If another program cuts the file short meanwhile, the missing part reads as zeros, and the next `get`, `set`, `slice` or
 * `close` throws PERSIST_TRUNCATED. Reading `data` directly gives the zeros without a word.
 */
export class MappedArray extends NDArray {
  readonly #loaded: Pick<Loaded, "checkWhole" | "close">;

  /** @internal */
  constructor(loaded: Omit<Loaded, "data">, lazy: LazyData) {
    super({ shape: loaded.shape, stride: loaded.stride, dtype: loaded.dtype }, lazy);
    this.#loaded = loaded;
  }

  override get(...index: number[]): Element {
    const element = super.get(...index);
    this.#loaded.checkWhole();
    return element;
  }

  override set(...indexAndValue: [...index: number[], value: Element]): void {
    super.set(...indexAndValue);
    this.#loaded.checkWhole();
  }

  override slice(selection: Selection): NDArray {
    this.#loaded.checkWhole();
    return super.slice(selection);
  }

  /** Gives the memory back. Every typed array over it is detached: it has no elements from then on. */
  close(): void {
    this.#loaded.close();
  }

  [Symbol.dispose](): void {
    this.close();
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
