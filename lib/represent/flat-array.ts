// Whether the engine holds the elements of an array one after the other, as it does unless one of them is an accessor or has attributes of its own:
// then all of them are plain data or holes, and need not be asked one by one. The language has no such question, so it is put in a roundabout way that
// reads no element (docs/decisions/0011-flat-arrays.md).

import { serialize } from "node:v8";
import { arrayPrototype, getOwnPropertyDescriptor, sliceArray } from "./primordials.ts";

/** The third byte of what V8 writes for an array without holes: `A`; with holes it is `a`. */
const DENSE = 0x41;

const speciesGetter = getOwnPropertyDescriptor(Array, Symbol.species)?.get;

/**
 * True when every element of an array is certainly plain data or a hole; false when nothing is known. The array must have the usual prototype, and no
 * properties but elements and `length`. Runs no code of anyone's.
 */
export function isFlat(array: unknown[]): boolean {
  // else a slice would be made by whatever stands there
  if (getOwnPropertyDescriptor(arrayPrototype, "constructor")?.value !== Array) return false;
  if (getOwnPropertyDescriptor(Array, Symbol.species)?.get !== speciesGetter) return false;
  return engineTells() && tells(array);
}

/** A copy of no elements is dense when it was made from a list, and is not when it was made by asking for elements one by one. */
function tells(array: unknown[]): boolean {
  return serialize(sliceArray(array, 0, 0))[2] === DENSE;
}

let answer: boolean | undefined;

/** Whether this engine tells the two apart: another version may not. */
function engineTells(): boolean {
  answer ??= tells([0.5, 1.5]) && !samples().some(tells);
  return answer;
}

/** Arrays with an element that is no plain data. */
function samples(): unknown[][] {
  const differences: PropertyDescriptor[] = [
    { get: () => 0, configurable: true, enumerable: true },
    { writable: false },
    { enumerable: false },
    { configurable: false },
  ];
  return [
    [0.5, 1.5],
    [1, 2],
    ["a", "b"],
  ].flatMap((elements) =>
    differences.map((difference) => Object.defineProperty([...elements], 1, difference)),
  );
}
