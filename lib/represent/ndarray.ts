// n-dimensional arrays of this library: NDArrays, and what is restored as one. Whether an array is written by its elements or by its fields depends on who else
// holds its data, which the planner knows; both ways are kept here.

import { NDArray, settleData, type NDArrayFields } from "../ndarray.ts";
import { bytesOf, isDetached } from "./buffers.ts";
import type { Heritage } from "./heritage.ts";
import {
  getOwnPropertyDescriptor,
  hasOwn,
  inherits,
  typedArrayBuffer,
  typedArrayTag,
} from "./primordials.ts";
import type { Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

/** An NDArray of this library, of another copy of it, or of an archive's loader, told by its symbol. */
export function representNDArray(object: object, { mark }: Heritage): Representation | undefined {
  if (mark !== true) return undefined;
  const array = ndarrayOf(fieldsOf(object));
  if (array instanceof Error) {
    // an object may inherit the mark from its data prototype, and is no array by that
    if (!hasOwn(object, "data") || !inherits(object, NDArray.prototype)) return undefined;
    throw new Unsupported(`is an NDArray no more: ${array.message}`);
  }
  // a RecordArray (lib/store/record-array.ts)
  if (hasOwn(object, "fields"))
    throw new Unsupported("is an array of records, whose fields an archive would lose; save field by field");
  return representFields(array);
}

function fieldsOf(
  object: object,
): Record<"data" | "shape" | "stride" | "offset" | "dtype" | "attributes", unknown> {
  settleData(object); // a mapped array of this library makes its data on demand
  const field = (name: string): unknown => getOwnPropertyDescriptor(object, name)?.value;
  return {
    data: field("data"),
    shape: field("shape"),
    stride: field("stride"),
    offset: field("offset"),
    dtype: field("dtype"),
    attributes: field("attributes"),
  };
}

/** An NDArray of fields that may be anything, or why there is none. */
export function ndarrayOf(fields: object): NDArray | Error {
  try {
    return new NDArray(fields as NDArrayFields);
  } catch (error) {
    return error as Error;
  }
}

/** An n-dimensional array by its elements or fields, whatever object it was. */
export function representFields(array: NDArray): Representation {
  const { data, shape, stride, offset, dtype, attributes } = array;
  if (isDetached(typedArrayBuffer(data))) throw new Unsupported("is a view of a detached buffer");
  return {
    kind: "NDArray",
    create: {
      form: "ndarray",
      data,
      shape,
      stride,
      offset,
      dtype,
      attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
      elements: () => ({
        type: "NDArray",
        view: typedArrayTag(data)!,
        dtype,
        shape,
        length: data.length,
        data: bytesOf(array.contiguous().data),
      }),
    },
    keys: [],
    values: [],
    integrity: "extensible",
  };
}
