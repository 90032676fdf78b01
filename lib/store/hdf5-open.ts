// createArray and openArray for HDF5 files: which of the ways to read and write a dataset a part at a time serves it.
import { ftruncateSync } from "node:fs";
import { link, rename, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { hasNoLinks, io, ioError } from "../disk/io-error.ts";
import { temporaryName } from "../disk/replace.ts";
import { dtype as lookUp } from "../dtype.ts";
import { PersistError, isPersistError } from "../errors.ts";
import { native, type DatasetToCreate, type OpenHdf5Dataset } from "../native.ts";
import { NDArray, sizeOf, type Selection } from "../ndarray.ts";
import { afterOthers } from "./after-others.ts";
import type { NewArray, OpenMode, OpenedArray } from "./array-format.ts";
import { chunkShape } from "./chunk-shape.ts";
import type { Extent } from "./extent.ts";
import { attributesOf } from "./hdf5-attributes.ts";
import { ChunkCache } from "./chunk-cache.ts";
import { ChunkedArray } from "./hdf5-chunked.ts";
import { GrowingFile, growingAt } from "./hdf5-growing.ts";
import { attributesToWrite } from "./hdf5-new-attributes.ts";
import { packingOf } from "./hdf5-pending.ts";
import { checkSame, extentOf, type Place } from "./hdf5-place.ts";
import { findEnd, numberAt, readAt } from "./hdf5-places.ts";
import { readDataset } from "./hdf5-read.ts";
import { elementType } from "./hdf5-type.ts";
import { copyExisting } from "./hdf5-write.ts";
import { PlacedArray } from "./hdf5-written.ts";
import type { JobOptions } from "./job.ts";
import { closeFile, openFile } from "./open-file.ts";
import { readElements } from "./read-elements.ts";

/** Opens a dataset. Throws PersistError as `openHdf5`, and what keeps it from being read. */
export async function openHdf5Array(file: string, name: string, mode: OpenMode): Promise<OpenedArray> {
  if (mode === "r+") return afterOthers(file, () => openForWriting(file, name, false));
  const dataset = await native().openHdf5(file, name);
  try {
    return new ReadArray(dataset, file, extentOf(dataset, file));
  } catch (error) {
    native().closeHdf5(dataset.handle);
    throw error;
  }
}

/**
 * Creates a dataset of zeros, in one piece or, where it grows, in chunks; in a file of its own, or in a copy of one that exists, which takes
 * its place.
 * @throws PersistError PERSIST_EXISTS, PERSIST_UNSUPPORTED, PERSIST_IO
 */
export async function createHdf5Array(file: string, name: string, array: NewArray): Promise<OpenedArray> {
  const dataset = datasetToCreate(name, array);
  return afterOthers(file, async () => {
    const growing = growingAt(file);
    const make = (): Promise<void> => makeDataset(file, dataset);
    await (growing === undefined ? make() : growing.whileReplaced(make));
    return openForWriting(file, name, true);
  });
}

function datasetToCreate(name: string, array: NewArray): DatasetToCreate {
  const { descr, itemsize_bytes, Data } = lookUp(array.dtype);
  const shape = array.shape.map((extent) => extent ?? 0);
  sizeOf(shape);
  const empty = new NDArray({ data: new Data(0), shape: [0], dtype: array.dtype });
  const common = { name, descr, shape, ...attributesToWrite(empty, array.attributes ?? {}) };
  const grows = array.shape[0] === null;
  const isPacked = array.level > 0 && shape.length > 0;
  if (!grows && array.chunks === undefined && !isPacked) return common;
  const extents = array.chunks ?? chunkShape(array.shape, itemsize_bytes);
  if (
    extents.length !== shape.length ||
    !extents.every((extent) => Number.isSafeInteger(extent) && extent > 0)
  )
    throw new RangeError(`chunks must be ${shape.length} integers of 1 or more`);
  if (sizeOf(extents) * itemsize_bytes >= 2 ** 32) throw new RangeError("a chunk must be smaller than 4 GiB");
  return {
    ...common,
    chunks: { extents, grows: true, level: array.level, shuffle: isPacked && itemsize_bytes > 1 },
  };
}

/** Puts a file with the dataset in its place. */
async function makeDataset(file: string, dataset: DatasetToCreate): Promise<void> {
  const temporary = temporaryName(dirname(file), basename(file));
  try {
    const exists = await copyExisting(file, temporary);
    if (exists) {
      await checkAbsent(file, dataset.name);
      cutToEnd(temporary);
    }
    await native().createHdf5(temporary, [dataset], exists, undefined);
    await io(file, exists ? rename(temporary, file) : linkNew(temporary, file));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** Behind the end that the superblock tells may lie what a writer has left that was killed; new arrays are zeros. */
function cutToEnd(file: string): void {
  const fd = openFile(file, "r+");
  try {
    const end_at = findEnd(fd, file);
    if (end_at !== undefined) ftruncateSync(fd, numberAt(readAt(fd, end_at, 8, file), 0));
  } catch (error) {
    throw ioError(error, file);
  } finally {
    closeFile(fd);
  }
}

async function checkAbsent(file: string, name: string): Promise<void> {
  try {
    native().closeHdf5((await native().openHdf5(file, name)).handle);
  } catch (error) {
    if (isPersistError(error, "PERSIST_NOT_FOUND")) return;
    throw error;
  }
  throw new PersistError("PERSIST_EXISTS", `${file}#${name} exists: createArray makes a new array`, { file });
}

/** Of two who make the file, one wins. */
async function linkNew(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    return rename(temporary, file);
  }
  await unlink(temporary).catch(() => {});
}

async function openForWriting(file: string, name: string, isNew: boolean): Promise<OpenedArray> {
  const dataset = await native().openHdf5(file, name);
  let isHeld = false;
  try {
    const extent = extentOf(dataset, file);
    const why = reasonAgainst(dataset, extent);
    if (why !== undefined) {
      isHeld = true;
      return new ReadArray(dataset, file, extent, why);
    }
    const fd = openFile(file, "r+");
    try {
      checkSame(fd, dataset.fd, file);
    } catch (error) {
      closeFile(fd);
      throw error;
    }
    const growing = GrowingFile.of(fd, file);
    try {
      return dataset.chunks === undefined
        ? new PlacedArray(growing, name, dataset, extent!, isNew)
        : await ChunkedArray.open(growing, name, dataset, isNew);
    } catch (error) {
      growing.closeIfUnused();
      throw error;
    }
  } finally {
    if (!isHeld) native().closeHdf5(dataset.handle);
  }
}

/** Why a dataset is not written a part at a time; undefined where it is. */
function reasonAgainst(dataset: OpenHdf5Dataset, extent: Place | undefined): string | undefined {
  if (dataset.isText || dataset.descr.startsWith("[")) return "holds records, or strings of variable length";
  if (dataset.inner.length > 0) return "has elements that are arrays";
  if (dataset.descr.startsWith(">")) return "has big-endian numbers";
  if (dataset.chunks === undefined) return extent === undefined ? "does not lie in one piece" : undefined;
  const isWritten = dataset.filters!.length === 0 || packingOf(dataset.filters!) !== undefined;
  if (!isWritten) return "went through filters other than shuffle and gzip";
  return dataset.hasFill === true ? "is filled with another value than zero" : undefined;
}

/** A dataset that is only read; the library keeps it open, and sees it as it was. */
class ReadArray implements OpenedArray {
  readonly #dataset: OpenHdf5Dataset;
  readonly #file: string;
  readonly #extent: Extent | undefined;
  readonly #why: string;
  readonly #cache: ChunkCache | undefined;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly attributes: Record<string, unknown>;

  constructor(
    dataset: OpenHdf5Dataset,
    file: string,
    extent: Extent | undefined,
    why = "was opened for reading",
  ) {
    this.#dataset = dataset;
    this.#file = file;
    this.#extent = extent;
    this.#why = why;
    const type = dataset.isText ? undefined : elementType(dataset, file);
    // records, and texts that are as wide as the longest of those asked for, are not cut out of others
    const isDecoded = (dataset.filters ?? []).length > 0;
    if (isDecoded && type !== undefined && type.fields === undefined)
      this.#cache = new ChunkCache(dataset.chunks!, type.dtype.itemsize_bytes);
    this.dtype = type?.dtype.name ?? "str";
    this.shape = [...dataset.shape, ...dataset.inner];
    this.attributes = attributesOf(dataset, dataset.attributes);
  }

  async read(selection: Selection, job: JobOptions): Promise<NDArray> {
    const read = (part: Selection): Promise<NDArray> => this.#read(part, job);
    return this.#cache?.read(this.#dataset, selection, read) ?? read(selection);
  }

  async #read(selection: Selection, job: JobOptions): Promise<NDArray> {
    return this.#extent === undefined
      ? readDataset(this.#dataset, selection, this.#file, job)
      : readElements(this.#dataset.fd, this.#extent, undefined, selection, this.#file, job);
  }

  async write(): Promise<void> {
    throw this.#cannot();
  }

  async append(): Promise<void> {
    throw this.#cannot();
  }

  async truncate(): Promise<void> {
    throw this.#cannot();
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    native().closeHdf5(this.#dataset.handle);
  }

  #cannot(): PersistError {
    return new PersistError(
      "PERSIST_UNSUPPORTED",
      `${this.#file} cannot be written a part at a time: the array ${this.#why}`,
      { file: this.#file },
    );
  }
}
