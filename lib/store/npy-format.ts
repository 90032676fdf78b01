// Single npy files: one array in each, without a name.
import { PersistError } from "../errors.ts";
import type { NDArray } from "../ndarray.ts";
import type {
  ArrayFormat,
  ArrayInfo,
  NamedArray,
  NewArray,
  OpenMode,
  OpenedArray,
  ReadOptions,
  WriteArrayJob,
} from "./array-format.ts";
import { whileSummed, type Summed } from "./checksum.ts";
import { isMappable, mapExtent, type MapMode } from "./extent.ts";
import { mappedArray, type MappedArray } from "./mapped-array.ts";
import { createNpy, openNpy } from "./npy-array.ts";
import { readNpyHeader } from "./npy-file.ts";
import { descrOfArray, npyHeader, type NpyHeader } from "./npy-header.ts";
import { closeFile, openFile } from "./open-file.ts";
import { inTurn, SMALL_BYTES } from "../turn.ts";
import { presentBytes } from "./present-bytes.ts";
import { readElements } from "./read-elements.ts";
import { replaceByRename, replaceLittle } from "./replace-by-rename.ts";
import { writeNewFile } from "./write-new-files.ts";

export const npyFormat: ArrayFormat = { lacks: {}, list, read, write, map, create, open };

async function list(file: string): Promise<ArrayInfo[]> {
  const fd = openFile(file, "r");
  try {
    return [infoOf("", readNpyHeader(fd, file))];
  } finally {
    closeFile(fd);
  }
}

/** What a listing says of an array that is stored as it is. */
export function infoOf(name: string, header: NpyHeader): ArrayInfo {
  const { dtype: type, shape, size_bytes, fields } = header;
  const info = {
    name,
    dtype: type.name,
    shape,
    size_bytes,
    stored_bytes: size_bytes,
    mappable: isMappable(header),
  };
  return fields === undefined ? info : { ...info, fields };
}

async function read(file: string, _name: string, options: ReadOptions): Promise<NDArray> {
  const { selection } = options;
  if (options.map) {
    const mapped = map(file, "", "c");
    return selection === undefined ? mapped : mapped.slice(selection);
  }
  const fd = openFile(file, "r");
  try {
    return await readElements(fd, readNpyHeader(fd, file), undefined, selection, file, options);
  } finally {
    closeFile(fd);
  }
}

function map(file: string, _name: string, mode: MapMode): MappedArray {
  const fd = openFile(file, mode === "r+" ? "r+" : "r");
  try {
    return mappedArray(mapExtent(fd, readNpyHeader(fd, file), mode, file));
  } finally {
    closeFile(fd);
  }
}

async function write(
  file: string,
  [{ array }]: readonly [NamedArray],
  job: WriteArrayJob,
): Promise<readonly Summed[]> {
  if (job.level > 0) throw cannot(file, "compressed arrays: npz and HDF5 files can");
  if (job.attributes !== undefined) throw cannot(file, "attributes: HDF5 files can");
  await inTurn();
  const head = npyHeader(descrOfArray(array), array.shape);
  const present = presentBytes(array, file);
  const data = present instanceof Uint8Array ? present : await present;
  if (data.byteLength <= SMALL_BYTES)
    return whileSummed([data], file, job, () => replaceLittle(file, job, head, data));
  return replaceByRename(file, job, (temporary) =>
    whileSummed([data], file, job, () => writeNewFile(temporary, head, data, job)),
  );
}

async function create(file: string, _name: string, array: NewArray): Promise<OpenedArray> {
  if (array.level > 0) throw cannot(file, "compressed arrays");
  if (array.chunks !== undefined) throw cannot(file, "chunks");
  if (array.attributes !== undefined) throw cannot(file, "attributes");
  return createNpy(file, array);
}

async function open(file: string, _name: string, mode: OpenMode): Promise<OpenedArray> {
  return openNpy(file, mode);
}

function cannot(file: string, what: string): PersistError {
  return new PersistError("PERSIST_UNSUPPORTED", `${file}: npy files cannot hold ${what}`, { file });
}
