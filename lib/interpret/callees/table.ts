// All intrinsics that a text may call, by the name it calls them by.

import { binaryCallees } from "./binary.ts";
import type { Entries, Entry } from "./callee.ts";
import { collectionCallees } from "./collections.ts";
import { errorCallees } from "./errors.ts";
import { functionCallees } from "./functions.ts";
import { objectCallees } from "./objects.ts";
import { primitiveCallees } from "./primitives.ts";
import { reflectCallees } from "./reflect.ts";
import { temporalCallees } from "./temporal.ts";
import { textCallees } from "./text.ts";

const constructors: Entries = {
  ...primitiveCallees,
  ...errorCallees,
  ...collectionCallees,
  ...binaryCallees,
  ...textCallees,
};

export const callees: ReadonlyMap<string, Entry> = new Map(
  Object.entries({
    ...constructors,
    ...objectCallees,
    ...functionCallees,
    ...reflectCallees(constructors),
    ...temporalCallees,
  }),
);
