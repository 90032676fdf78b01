// Attributes of HDF5 objects as JavaScript values.
import { parseDescr, type TypedArray } from "../dtype.ts";
import { NDArray, type Element } from "../ndarray.ts";
import type { Hdf5Attribute, Hdf5Dataset } from "../native.ts";
import { swapped } from "./byte-order.ts";

/**
 * The attributes of a dataset: a scalar is a number (a bigint beyond 2^53), boolean, string or `{ re, im }`; a row of numbers
 * a typed array, of strings an array of strings; what has more axes an NDArray, or arrays of arrays of strings; h5py's Empty
 * is null. The names of an enumeration are the attribute `enum`, unless there is one. Records are left out.
 */
export function attributesOf(
  dataset: Hdf5Dataset,
  attributes: readonly Hdf5Attribute[],
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  if (dataset.names !== undefined) entries.push(["enum", Object.fromEntries(dataset.names)]);
  for (const attribute of attributes) {
    if (attribute.descr?.startsWith("[") !== true) entries.push([attribute.name, valueOf(attribute)]);
  }
  return Object.fromEntries(entries);
}

function valueOf({ shape, isNull, strings, descr, bytes }: Hdf5Attribute): unknown {
  if (isNull) return null;
  if (strings !== undefined) return nested(strings, shape);
  const { dtype, bigEndian } = parseDescr(descr!);
  const buffer = bigEndian ? swapped(bytes!, dtype.Data.BYTES_PER_ELEMENT) : bytes!;
  const data: TypedArray = new dtype.Data(buffer);
  const array = new NDArray({ data, shape, dtype: dtype.name });
  if (shape.length === 0 && dtype.kind !== "M" && dtype.kind !== "m") return plain(array.get());
  const isPlain = dtype.entries === 1 && "iuf".includes(dtype.kind) && array.dtype !== "float16";
  return shape.length === 1 && isPlain ? data : array;
}

/** An integer that a number can hold is one. */
function plain(element: Element): Element {
  const isSmall = typeof element === "bigint" && BigInt.asIntN(53, element) === element;
  return isSmall ? Number(element) : element;
}

/** A list of strings folded along its axes: a string for none. */
function nested(strings: readonly string[], shape: readonly number[]): unknown {
  let level: readonly unknown[] = strings;
  for (const extent of shape.toReversed()) {
    const count = extent === 0 ? 0 : level.length / extent;
    const whole = level;
    level = Array.from({ length: count }, (_, k) => whole.slice(k * extent, (k + 1) * extent));
  }
  return shape.length === 0 || level.length > 0 ? level[0] : [];
}
