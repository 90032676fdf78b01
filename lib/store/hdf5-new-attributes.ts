// JavaScript values as attributes of HDF5 objects, in the types that h5py would choose.
import { descrOf, dtypeOf, typedArrayName, type TypedArray } from "../dtype.ts";
import { PersistError } from "../errors.ts";
import type { DatasetToCreate, Hdf5Attribute } from "../native.ts";
import { NDArray, bytesOf, type Element } from "../ndarray.ts";

/** Attributes lie in an object's header, whose messages are shorter than 64 KiB. */
const LARGEST_BYTES = 64_000;

type Parts = Omit<Hdf5Attribute, "name">;

/**
 * What a dataset gets: an integral number becomes an int64, any other a float64, a bigint an int64 or uint64; strings are
 * UTF-8 of variable length, and lists of them one axis; typed arrays and NDArrays keep their types; null is h5py's Empty. `enum`, an object of integers, names the values of an integer array.
 * @throws TypeError for a value of another kind, naming the attribute; PersistError PERSIST_LIMIT above 64,000 bytes.
 */
export function attributesToWrite(
  array: NDArray,
  values: Readonly<Record<string, unknown>>,
): Pick<DatasetToCreate, "attributes" | "names"> {
  const names = namesOf(array, values["enum"]);
  const attributes: Hdf5Attribute[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (name === "enum" && names !== undefined) continue;
    if (name === "" || name.includes("\0"))
      throw new TypeError(`${JSON.stringify(name)} cannot be the name of an attribute`);
    const parts = partsOf(value);
    if (parts === undefined)
      throw new TypeError(
        `attribute ${JSON.stringify(name)} must be a number, bigint, boolean, string, null, { re, im }, an array, or a list of numbers or strings`,
      );
    if ((parts.bytes?.byteLength ?? 16 * (parts.strings?.length ?? 0)) > LARGEST_BYTES)
      throw new PersistError(
        "PERSIST_LIMIT",
        `attribute ${JSON.stringify(name)} is larger than the ${LARGEST_BYTES} bytes that HDF5 can hold: make it an array`,
      );
    attributes.push({ name, ...parts });
  }
  return names === undefined ? { attributes } : { attributes, names };
}

function namesOf({ dtype }: NDArray, value: unknown): DatasetToCreate["names"] {
  if (!/^u?int/.test(dtype) || typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([name, number]) => name !== "" && Number.isSafeInteger(number))
    ? entries
    : undefined;
}

function partsOf(value: unknown): Parts | undefined {
  if (value === null) return { isNull: true, shape: [], descr: "<f4", bytes: new ArrayBuffer(0) };
  if (typeof value === "string") return { isNull: false, shape: [], strings: [value] };
  if (typedArrayName(value) !== undefined) {
    const data = value as TypedArray;
    return fromArray(new NDArray({ data, shape: [data.length], dtype: dtypeOf(data) }));
  }
  if (NDArray.isNDArray(value)) return fromArray(value instanceof NDArray ? value : new NDArray(value));
  if (Array.isArray(value)) return fromList(value);
  const dtype = dtypeOfScalar(value);
  return dtype === undefined ? undefined : fromScalars([value], [], dtype);
}

function fromList(list: readonly unknown[]): Parts | undefined {
  if (list.every((item) => typeof item === "string") && list.length > 0)
    return { isNull: false, shape: [list.length], strings: list };
  const types = new Set(list.map(dtypeOfScalar));
  // integers among other numbers are numbers
  if (
    types.size === 2 &&
    types.has("int64") &&
    types.has("float64") &&
    list.every((item) => typeof item === "number")
  )
    types.delete("int64");
  const [dtype = "float64"] = types;
  return types.size > 1 || types.has(undefined) ? undefined : fromScalars(list, [list.length], dtype);
}

function dtypeOfScalar(value: unknown): string | undefined {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "int64" : "float64";
    case "bigint":
      if (BigInt.asIntN(64, value) === value) return "int64";
      return BigInt.asUintN(64, value) === value ? "uint64" : undefined;
    case "object":
      return value !== null &&
        "re" in value &&
        "im" in value &&
        typeof value.re === "number" &&
        typeof value.im === "number"
        ? "complex128"
        : undefined;
    default:
      return undefined;
  }
}

const KINDS = {
  bool: (n: number) => new Uint8Array(n),
  int64: (n: number) => new BigInt64Array(n),
  uint64: (n: number) => new BigUint64Array(n),
  float64: (n: number) => new Float64Array(n),
  complex128: (n: number) => new Float64Array(2 * n),
};

function fromScalars(values: readonly unknown[], shape: readonly number[], dtype: string): Parts {
  const data = KINDS[dtype as keyof typeof KINDS](values.length);
  const array = new NDArray<TypedArray>({ data, shape: [values.length], dtype });
  for (const [k, value] of values.entries())
    array.set(k, (dtype === "int64" ? BigInt(value as number) : value) as Element);
  return { ...fromArray(array), shape };
}

function fromArray(array: NDArray): Parts {
  return {
    isNull: false,
    shape: array.shape,
    descr: descrOf(array.dtype),
    bytes: bytesOf(array).slice().buffer,
  };
}
