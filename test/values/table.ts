// The table of values: what is kept, what is refused, and what may be either. Every test of a direction runs through it.
import { arrays } from "./arrays.ts";
import { blocks } from "./blocks.ts";
import { builtins } from "./builtins.ts";
import type { Kept } from "./case.ts";
import { collections } from "./collections.ts";
import { cycles } from "./cycles.ts";
import { ecosystem } from "./ecosystem.ts";
import { liars } from "./lying.ts";
import { memory } from "./memory.ts";
import { objects } from "./objects.ts";
import { primitives } from "./primitives.ts";
import { references } from "./references.ts";
import { represented } from "./represented.ts";

export { either, refused } from "./refused.ts";

/** Values that must come back isomorphic. */
export const kept: Kept[] = [
  ...primitives,
  ...objects,
  ...arrays,
  ...collections,
  ...builtins,
  ...memory,
  ...references,
  ...represented,
  ...ecosystem,
  ...liars,
  ...cycles,
  ...blocks,
];
