// HDF5 files: arrays by their paths in them, `a.h5#/group/name`. The library describes a dataset; what lies in the file in one
// piece is read or mapped like npy, and only the rest goes through the library.
import { fstatSync } from "node:fs";
import { isPersistError, PersistError } from "../errors.ts";
import { native, type Hdf5Dataset, type OpenHdf5Dataset } from "../native.ts";
import type { NDArray } from "../ndarray.ts";
import type { ArrayFormat, ArrayInfo, ManyArrays, ReadOptions } from "./array-format.ts";
import { isMappable, mapExtent, type Extent, type MapMode } from "./extent.ts";
import { attributesOf } from "./hdf5-attributes.ts";
import { placeInHead } from "./hdf5-head.ts";
import { babble } from "./hdf5-messages.ts";
import { createHdf5Array, openHdf5Array } from "./hdf5-open.ts";
import { checkSame, extentOf, type Place } from "./hdf5-place.ts";
import { readDatasets } from "./hdf5-read-many.ts";
import { readDataset, readInPlace } from "./hdf5-read.ts";
import { elementType } from "./hdf5-type.ts";
import { listUntrusted, readUntrusted } from "./hdf5-untrusted.ts";
import { writeDatasets } from "./hdf5-write.ts";
import { runJob, type JobOptions } from "./job.ts";
import { mappedArray, type MappedArray } from "./mapped-array.ts";
import { byteSize } from "./npy-header.ts";
import { closeFile, openFile } from "./open-file.ts";

export const hdf5Format: ArrayFormat = {
  lacks: {},
  list,
  read,
  readMany,
  write: writeDatasets,
  map,
  create: createHdf5Array,
  open: openHdf5Array,
};

async function list(file: string, job: JobOptions & { readonly untrusted: boolean }): Promise<ArrayInfo[]> {
  const all = job.untrusted
    ? await listUntrusted(file, job)
    : await runJob(job, "list", 0, (control) => native().listHdf5(file, control));
  return all.map((dataset) => infoOf(dataset, file));
}

function infoOf(dataset: Hdf5Dataset & { name: string }, file: string): ArrayInfo {
  const { name, size_bytes, stored_bytes, chunks } = dataset;
  const shape = [...dataset.shape, ...dataset.inner];
  const common = { name, shape, size_bytes, stored_bytes, ...(chunks === undefined ? {} : { chunks }) };
  if (dataset.isText && dataset.problem === undefined)
    return { ...common, dtype: "str", size_bytes: stored_bytes, mappable: false };
  try {
    const { dtype, fields } = elementType(dataset, file);
    const extent = extentOf(dataset, file);
    const info = { ...common, dtype: dtype.name, mappable: extent !== undefined && isMappable(extent) };
    return fields === undefined ? info : { ...info, fields };
  } catch (error) {
    if (!isPersistError(error)) throw error;
    return { ...common, dtype: "", mappable: false, problem: error };
  }
}

async function read(file: string, name: string, options: ReadOptions): Promise<NDArray> {
  const array = await readByHead(file, name, options);
  if (array !== undefined) return array;
  if (options.untrusted) return readByChild(file, name, options);
  const dataset = await native().openHdf5(file, name);
  try {
    return await readOpened(dataset, file, options);
  } finally {
    native().closeHdf5(dataset.handle);
  }
}

/** The same where the start of the file tells all. */
async function readByHead(file: string, name: string, options: ReadOptions): Promise<NDArray | undefined> {
  native(); // HDF5 files are read with the addon only, however little of it they take
  const fd = openFile(file, "r");
  try {
    const extent = placeInHead(fd, name, file);
    return extent && (await readInPlace(fd, extent, file, options));
  } finally {
    closeFile(fd);
  }
}

async function readMany(
  file: string,
  only: readonly string[] | undefined,
  options: ReadOptions,
): Promise<ManyArrays> {
  if (options.untrusted) {
    const arrays: NDArray[] = [];
    const names = only ?? (await list(file, options)).map(({ name }) => name);
    for (const name of names) arrays.push(await readByChild(file, name, options));
    return { names, arrays };
  }
  return readDatasets(file, only, options);
}

async function readOpened(dataset: OpenHdf5Dataset, file: string, options: ReadOptions): Promise<NDArray> {
  options.signal?.throwIfAborted();
  const extent = extentOf(dataset, file);
  const array = await elementsOf(dataset, extent, file, options);
  array.attributes = attributesOf(dataset, dataset.attributes);
  return array;
}

async function elementsOf(
  dataset: OpenHdf5Dataset,
  extent: Place | undefined,
  file: string,
  options: ReadOptions,
): Promise<NDArray> {
  if (extent === undefined) return readDataset(dataset, options.selection, file, options);
  return readInPlace(dataset.fd, extent, file, options);
}

/** The same without the library in this process; what lies in one piece is read here all the same. */
async function readByChild(file: string, name: string, options: ReadOptions): Promise<NDArray> {
  const { selection } = options;
  const fd = openFile(file, "r");
  try {
    const { dataset, array } = await readUntrusted(fd, name, selection, file, options);
    const extent = extentOf(dataset, file);
    if (extent === undefined && array === undefined) throw babble(file);
    if (extent !== undefined) checkExtent(extent, fd, file);
    const out = extent === undefined ? array! : await readInPlace(fd, extent, file, options);
    out.attributes = attributesOf(dataset, dataset.attributes);
    return out;
  } finally {
    closeFile(fd);
  }
}

/** What a child says about a place is not believed. */
function checkExtent(extent: Extent, fd: number, file: string): void {
  const { shape, dtype, offset_bytes, size_bytes } = extent;
  const isInside = Number.isSafeInteger(offset_bytes) && offset_bytes + size_bytes <= fstatSync(fd).size;
  if (!isInside || size_bytes !== byteSize(shape, dtype, file)) throw babble(file);
}

function map(file: string, name: string, mode: MapMode): MappedArray {
  const fd = openFile(file, mode === "r+" ? "r+" : "r");
  try {
    const extent = placeInHead(fd, name, file);
    return extent === undefined
      ? mapByLibrary(file, name, mode)
      : mappedArray(mapExtent(fd, extent, mode, file));
  } finally {
    closeFile(fd);
  }
}

/** Waits for the HDF5 thread, which serves this before anything else. */
function mapByLibrary(file: string, name: string, mode: MapMode): MappedArray {
  const writable = mode === "r+" ? openFile(file, "r+") : undefined;
  try {
    const dataset = native().openHdf5Sync(file, name);
    try {
      const extent = extentOf(dataset, file);
      if (extent === undefined)
        throw new PersistError(
          "PERSIST_UNSUPPORTED",
          `${file}#${name} cannot be mapped: it does not lie in one piece (chunks, compression, a type to convert); use readArray`,
          { file },
        );
      if (writable !== undefined) checkSame(writable, dataset.fd, file);
      const mapped = mappedArray(mapExtent(writable ?? dataset.fd, extent, mode, file));
      mapped.attributes = attributesOf(dataset, dataset.attributes);
      return mapped;
    } finally {
      native().closeHdf5(dataset.handle);
    }
  } finally {
    if (writable !== undefined) closeFile(writable);
  }
}
