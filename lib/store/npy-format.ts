// Single npy files: one array in each, without a name.
import { closeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { dtype } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import { NDArray, bytesOf } from "../ndarray.ts";
import type { ArrayFormat, ArrayInfo, ReadOptions, WriteArrayJob } from "./array-format.ts";
import { isMappable, mapExtent, readExtent, type MapMode } from "./extent.ts";
import { runJob } from "./job.ts";
import { mappedArray, type MappedArray } from "./mapped-array.ts";
import { readNpyHeader } from "./npy-file.ts";
import { npyHeader } from "./npy-header.ts";
import { openFile } from "./open-file.ts";
import { replaceByRename } from "./replace-by-rename.ts";
import { writeNewFiles } from "./write-new-files.ts";

export const npyFormat: ArrayFormat = {
  lacks: {
    create: "npy files are not created step by step",
    open: "npy files are not opened step by step",
  },
  list,
  read,
  write,
  map,
};

async function list(file: string): Promise<ArrayInfo[]> {
  const fd = openFile(file, "r");
  try {
    const header = readNpyHeader(fd, file);
    const { shape, size_bytes } = header;
    return [
      {
        name: "",
        dtype: header.dtype.name,
        shape,
        size_bytes,
        stored_bytes: size_bytes,
        mappable: isMappable(header),
      },
    ];
  } finally {
    closeSync(fd);
  }
}

async function read(file: string, _name: string, options: ReadOptions): Promise<NDArray> {
  const { selection, map: wantsMap } = options;
  if (wantsMap || selection !== undefined) {
    // a part is copied out of a mapping: only the pages that it lies on are read
    const mapped = map(file, "", "c");
    if (selection === undefined) return mapped;
    if (wantsMap) return mapped.slice(selection);
    const part = copyOf(mapped.slice(selection));
    mapped.close();
    return part;
  }
  const fd = openFile(file, "r");
  try {
    const header = readNpyHeader(fd, file);
    const loaded = await runJob(options, "read", header.size_bytes, (control) =>
      readExtent(fd, header, file, control),
    );
    return new NDArray(loaded);
  } finally {
    closeSync(fd);
  }
}

function map(file: string, _name: string, mode: MapMode): MappedArray {
  const fd = openFile(file, mode === "r+" ? "r+" : "r");
  try {
    return mappedArray(mapExtent(fd, readNpyHeader(fd, file), mode, file));
  } finally {
    closeSync(fd);
  }
}

async function write(file: string, _name: string, array: NDArray, job: WriteArrayJob): Promise<void> {
  if (job.compress) throw cannot(file, "compressed arrays: npz and HDF5 files can");
  if (job.attributes !== undefined) throw cannot(file, "attributes: HDF5 files can");
  const head = npyHeader(dtype(array.dtype).descr, array.shape);
  const data = bytesOf(array);
  await replaceByRename(file, job.durability, (temporary) =>
    writeNewFiles(
      dirname(file),
      [{ stem: basename(temporary), extension: "", head, data }],
      job.durability,
      job,
    ),
  );
}

function cannot(file: string, what: string): PersistError {
  return new PersistError("PERSIST_UNSUPPORTED", `${file}: npy files cannot hold ${what}`, { file });
}

/** `contiguous` may give a view; a copy owns its memory. */
function copyOf(array: NDArray): NDArray {
  const { data, shape, dtype: type, attributes } = array.contiguous();
  return new NDArray({ data: data.slice(), shape, dtype: type, attributes });
}
