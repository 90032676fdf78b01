// HDF5 datasets that are open for writing a part at a time: what those in one piece and those in chunks have in common.
import { dirname } from "node:path";
import { syncDirectory } from "../disk/sync.ts";
import { PersistError } from "../errors.ts";
import type { OpenHdf5Dataset } from "../native.ts";
import type { NDArray, Selection } from "../ndarray.ts";
import { afterOthers } from "./after-others.ts";
import type { OpenedArray } from "./array-format.ts";
import type { Extent } from "./extent.ts";
import { attributesOf } from "./hdf5-attributes.ts";
import type { GrowingArray, GrowingFile } from "./hdf5-growing.ts";
import type { JobOptions } from "./job.ts";
import { presentBytes } from "./present-bytes.ts";
import { readElements } from "./read-elements.ts";
import { runsOf, writeRuns } from "./runs.ts";

/** Calls of all arrays of one file run one after the other, and after those that replace the file. */
export abstract class WrittenArray implements OpenedArray, GrowingArray {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  readonly file: GrowingFile;
  /** A new name in the directory is not durable by itself. */
  #isNew: boolean;

  constructor(file: GrowingFile, name: string, dataset: OpenHdf5Dataset, isNew: boolean) {
    this.file = file;
    this.name = name;
    this.attributes = attributesOf(dataset, dataset.attributes);
    this.#isNew = isNew;
    file.arrays.add(this);
  }

  abstract readonly dtype: string;
  abstract readonly shape: readonly number[];
  abstract read(selection: Selection, job: JobOptions): Promise<NDArray>;
  abstract write(block: NDArray, start: readonly number[], job: JobOptions): Promise<void>;
  abstract append(block: NDArray, job: JobOptions): Promise<void>;
  abstract truncate(frames: number): Promise<void>;

  /** Whether something was appended since the last flush. */
  protected abstract readonly hasMore: boolean;
  /** Makes everything written durable, and lets others see it. */
  protected abstract commit(): Promise<void>;

  /** `flush`, in a turn of the caller's. */
  async settle(): Promise<void> {
    await this.commit();
    if (this.#isNew) await syncDirectory(dirname(this.file.path));
    this.#isNew = false;
  }

  async flush(): Promise<void> {
    await this.inTurn(() => this.settle());
  }

  async close(): Promise<void> {
    await this.inTurn(async () => {
      try {
        if (this.hasMore && !this.file.hasFailed) await this.settle();
      } finally {
        await this.file.leave(this);
      }
    });
  }

  protected async inTurn<T>(call: () => Promise<T>): Promise<T> {
    return afterOthers(this.file.path, call);
  }

  protected cannot(why: string): PersistError {
    const { path } = this.file;
    return new PersistError("PERSIST_UNSUPPORTED", `${path}#${this.name} ${why}`, { file: path });
  }
}

/** A dataset in one piece: its elements are written in place, and it never grows. */
export class PlacedArray extends WrittenArray {
  readonly #extent: Extent;

  constructor(file: GrowingFile, name: string, dataset: OpenHdf5Dataset, extent: Extent, isNew: boolean) {
    super(file, name, dataset, isNew);
    this.#extent = extent;
  }

  get dtype(): string {
    return this.#extent.dtype.name;
  }

  get shape(): readonly number[] {
    return this.#extent.shape;
  }

  protected readonly hasMore = false;

  async read(selection: Selection, job: JobOptions): Promise<NDArray> {
    const { path } = this.file;
    return this.inTurn(() => readElements(this.file.fd, this.#extent, undefined, selection, path, job));
  }

  async write(block: NDArray, start: readonly number[], job: JobOptions): Promise<void> {
    this.file.check();
    const present = presentBytes(block, this.file.path);
    const data = present instanceof Uint8Array ? present : await present;
    const { shape, dtype, offset_bytes } = this.#extent;
    const memory = { shape: block.shape, start: block.shape.map(() => 0) };
    const runs = runsOf(block.shape, dtype.itemsize_bytes, memory, { shape, start }, offset_bytes);
    await this.inTurn(() => writeRuns(this.file.fd, this.file.path, data, runs, job));
  }

  async append(): Promise<void> {
    throw this.cannot("has a fixed shape: create it with a first extent of null to append to it");
  }

  async truncate(): Promise<void> {
    throw this.cannot("has a fixed shape: it cannot be cut");
  }

  protected async commit(): Promise<void> {
    await this.file.sync([]);
  }
}
