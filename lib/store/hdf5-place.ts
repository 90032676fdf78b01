// Where a dataset lies in its file, when it does so in one piece.
import { fstatSync } from "node:fs";
import { PersistError } from "../errors.ts";
import type { Hdf5Dataset } from "../native.ts";
import type { Extent } from "./extent.ts";
import { elementType, type ElementType } from "./hdf5-type.ts";

/** A file is replaced by rename: the place of an array in one is no place in the next. */
export function checkSame(a: number, b: number, file: string): void {
  const [one, other] = [fstatSync(a), fstatSync(b)];
  if (one.ino === other.ino && one.dev === other.dev) return;
  throw new PersistError("PERSIST_CONFLICT", `${file} was replaced while it was opened; try again`, { file });
}

/** Elements in one piece; with their fields if they are records. */
export type Place = Extent & Pick<ElementType, "fields">;

/** Where the elements lie, if in one piece. Throws what keeps the dataset from being read. */
export function extentOf(dataset: Hdf5Dataset, file: string): Place | undefined {
  if (dataset.isText && dataset.problem === undefined) return undefined;
  const type = elementType(dataset, file);
  const { size_bytes, offset } = dataset;
  if (size_bytes > Number.MAX_SAFE_INTEGER)
    throw new PersistError("PERSIST_LIMIT", `${file} claims an array of ${size_bytes} bytes`, { file });
  const shape = [...dataset.shape, ...dataset.inner];
  if (size_bytes === 0) return { ...type, fortran: false, shape, offset_bytes: 0, size_bytes };
  if (offset === undefined) return undefined;
  return { ...type, fortran: false, shape, offset_bytes: offset, size_bytes };
}
