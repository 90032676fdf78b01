// Ordinary objects: plain ones, those with another prototype, instances of classes. Constructors are never run.

import { getOwnPropertyDescriptor, getPrototypeOf, objectPrototype, ownKeys } from "./primordials.ts";
import { representForeignArray } from "./buffers.ts";
import { objectReference, prototypeReference } from "./reference/find.ts";
import { ownProperties, reference, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

const generatorPrototypes: readonly (object | null)[] = [function* () {}, async function* () {}].map((f) =>
  getPrototypeOf(f.prototype as object),
);

/** Any ordinary object, by prototype and own properties; one that a module exports, by reference where it is code more than data. */
export function representObject(object: object): Representation {
  const prototype = getPrototypeOf(object);
  if (holdsFunctions(object) || generatorPrototypes.includes(prototype)) {
    const found = objectReference(object);
    if (found !== undefined) return reference("exported object", found);
  }
  // whatever another object inherits from counts as code, if a module exports it
  if (prototype !== null && prototype !== objectPrototype) objectReference(prototype);
  const foreign = prototype === null || isReferable(prototype) ? undefined : representForeignArray(object);
  if (foreign !== undefined) return foreign;
  return {
    kind:
      prototype === objectPrototype ? "object" : prototype === null ? "null-prototype object" : "instance",
    create: { form: "object" },
    prototype: prototype === objectPrototype ? undefined : prototype,
    ...ownProperties(object),
  };
}

/** Whether a prototype is plain data, or that of a class that can be imported. */
function isReferable(prototype: object): boolean {
  try {
    prototypeReference(prototype);
    return true;
  } catch (error) {
    if (error instanceof Unsupported) return false;
    throw error;
  }
}

function holdsFunctions(object: object): boolean {
  return ownKeys(object).some((key) => typeof getOwnPropertyDescriptor(object, key)?.value === "function");
}
