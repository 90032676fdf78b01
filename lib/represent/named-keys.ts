// The own keys of a typed array but for its elements. The language lists keys only all together, which takes seconds for a million elements; the
// inspector tells the named ones alone, in a time that does not depend on the length.

import { isIndex } from "./array-index.ts";
import { otherNamesOf } from "./inspector.ts";
import { getOwnPropertySymbols, ownKeys, typedArrayLength } from "./primordials.ts";

/** Up to this length a list of all keys takes less time than asking the inspector. */
const SHORT = 256;

/** The string and symbol keys of a typed array that are not its elements', in the order in which they were defined. */
export function namedKeysOf(array: object): PropertyKey[] {
  if (typedArrayLength(array) <= SHORT) return ownKeys(array).filter((key) => !isIndex(key));
  return [...otherNamesOf(array), ...getOwnPropertySymbols(array)];
}
