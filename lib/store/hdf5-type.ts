// The element type of an HDF5 dataset.
import { dtype as lookUp, parseDescr, type Descr } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import type { Hdf5Dataset } from "../native.ts";
import { parseFields } from "./npy-fields.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import type { RecordField } from "./record-array.ts";

/** A type, and the fields where the elements are records; the dtype then is that of raw bytes. */
export interface ElementType extends Descr {
  readonly fields?: readonly RecordField[];
}

/**
 * The type of a dataset other than text.
 * @throws PersistError what keeps the dataset from being read.
 */
export function elementType({ descr, problem }: Hdf5Dataset, file: string): ElementType {
  if (problem !== undefined) throw problem;
  if (!descr.startsWith("[")) return parseDescr(descr);
  const list = parsePythonLiteral(descr, file);
  if (typeof list !== "object" || list === null || list.kind !== "list")
    throw new PersistError("PERSIST_FORMAT", `${file} has a type that is no list of fields`, { file });
  const { fields, itemsize_bytes } = parseFields(list.items, file);
  return { dtype: lookUp(`V${itemsize_bytes}`), bigEndian: false, fields };
}
