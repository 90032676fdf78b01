// Makes arrays from a piece of another, in their final size and, where all elements are numbers, with the numbers in place. An engine chooses the
// kind of an array by what the literal at the same place in the program has held before, so arrays of numbers have literals of their own.

import { hasOwn } from "./natives.ts";

/** Arrays of up to this many elements are made by one literal. */
export const SMALL = 6;

/** `count` elements of `from`, at most SMALL, starting at `at`; none of them a hole. */
export function literalOf(from: unknown[], at: number, count: number): unknown[] {
  switch (count) {
    case 0:
      return [];
    case 1:
      return [from[at]];
    case 2:
      return [from[at], from[at + 1]];
    case 3:
      return [from[at], from[at + 1], from[at + 2]];
    case 4:
      return [from[at], from[at + 1], from[at + 2], from[at + 3]];
    case 5:
      return [from[at], from[at + 1], from[at + 2], from[at + 3], from[at + 4]];
    default:
      return [from[at], from[at + 1], from[at + 2], from[at + 3], from[at + 4], from[at + 5]];
  }
}

/** A copy of an array of numbers that can take anything else. */
export function generalize(from: readonly number[]): unknown[] {
  const list: unknown[] = [];
  for (let i = 0; i < from.length; i++) if (hasOwn(from, i)) list[i] = from[i];
  return list;
}

/** The same for numbers. */
export function literalOfNumbers(from: number[], at: number, count: number): number[] {
  switch (count) {
    case 0:
      return [];
    case 1:
      return [from[at]!];
    case 2:
      return [from[at]!, from[at + 1]!];
    case 3:
      return [from[at]!, from[at + 1]!, from[at + 2]!];
    case 4:
      return [from[at]!, from[at + 1]!, from[at + 2]!, from[at + 3]!];
    case 5:
      return [from[at]!, from[at + 1]!, from[at + 2]!, from[at + 3]!, from[at + 4]!];
    default:
      return [from[at]!, from[at + 1]!, from[at + 2]!, from[at + 3]!, from[at + 4]!, from[at + 5]!];
  }
}
