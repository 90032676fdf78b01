// Arrays: dense ones and ones with holes as literals, very sparse ones by their length and the elements that are there.

import { native } from "../native.ts";
import { isIndex } from "./array-index.ts";
import { getPrototypeOf, arrayPrototype, getOwnPropertyDescriptor } from "./primordials.ts";
import { HOLE, PLAIN, WRITABLE, listOf, ownProperties, type Representation } from "./representation.ts";

/** A literal may hold this many holes, and twice as many as it has elements. */
const HOLES = 64;

/** Any Array, by its elements, other own properties, length and prototype. */
export function representArray(array: unknown[]): Representation {
  const length = getOwnPropertyDescriptor(array, "length")!;
  const size = length.value as number;
  const { keys, values, attributes, integrity } = ownProperties(array, (key) => key === "length");
  const prototype = getPrototypeOf(array);
  let indices = 0; // index keys come first, in ascending order
  while (indices < keys.length && isIndex(keys[indices]!)) indices++;
  const literal = size - indices <= HOLES + 2 * indices;
  const elements: unknown[] = literal ? listOf(size).fill(HOLE) : [];
  const restKeys: PropertyKey[] = [];
  const restValues: unknown[] = [];
  const restAttributes: number[] = [];
  for (let i = 0; i < keys.length; i++) {
    const bits = attributes === undefined ? PLAIN : attributes[i]!;
    if (literal && i < indices && bits === PLAIN) {
      elements[Number(keys[i])] = values[i];
    } else {
      restKeys.push(keys[i]!);
      restValues.push(values[i]);
      restAttributes.push(bits);
    }
  }
  if (length.writable === false && integrity !== "frozen") {
    // a read-only length closes the array to pushes, so it comes after every element
    restKeys.push("length");
    restValues.push(size);
    restAttributes.push(PLAIN & ~WRITABLE & ~2 & ~4);
  }
  return {
    kind: "array",
    create: literal
      ? { form: "array", elements }
      : { form: "call", callee: "Array", construct: true, args: [size] },
    prototype: prototype === arrayPrototype ? undefined : prototype,
    keys: restKeys,
    values: restValues,
    attributes: restAttributes.every((bits) => bits === PLAIN) ? undefined : restAttributes,
    integrity,
  };
}

/** The numbers of an array that holds nothing else; its elements must be known to be data. */
export function numbersOf(array: readonly unknown[]): Float64Array | undefined {
  if (typeof array[0] !== "number") return undefined;
  const numbers = new Float64Array(native().newBuffer(array.length * Float64Array.BYTES_PER_ELEMENT));
  for (let i = 0; i < numbers.length; i++) {
    const value = array[i];
    if (typeof value !== "number") return undefined;
    numbers[i] = value;
  }
  return numbers;
}

/** A plain array of numbers, by its numbers. */
export function representNumbers(numbers: Float64Array): Representation {
  return {
    kind: "numbers",
    create: {
      form: "numbers",
      elements: {
        type: "Float64Array",
        view: "Float64Array",
        dtype: "float64",
        shape: undefined,
        length: numbers.length,
        data: new Uint8Array(numbers.buffer),
      },
    },
    keys: [],
    values: [],
    integrity: "extensible",
  };
}
