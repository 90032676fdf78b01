// Ordinary objects: plain ones, those with another prototype, instances of classes. Constructors are never run.

import { serialize } from "node:v8";
import { getOwnPropertyDescriptor, getPrototypeOf, objectPrototype, ownKeys } from "./primordials.ts";
import { representForeignArray } from "./foreign-array.ts";
import { objectReference } from "./reference/find.ts";
import { ownProperties, reference, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

const generatorPrototypes: readonly (object | null)[] = [function* () {}, async function* () {}].map((f) =>
  getPrototypeOf(f.prototype as object),
);

/** Any ordinary object, by prototype and own properties; one that a module exports, by reference where it is code more than data. */
export function representObject(object: object): Representation {
  const prototype = getPrototypeOf(object);
  const foreign = representForeignArray(object);
  if (foreign !== undefined) return foreign;
  if (holdsFunctions(object) || generatorPrototypes.includes(prototype)) {
    const found = objectReference(object);
    if (found !== undefined) return reference("exported object", found);
  }
  // whatever another object inherits from counts as code, if a module exports it
  if (prototype !== null && prototype !== objectPrototype) objectReference(prototype);
  const properties = ownProperties(object);
  if (properties.keys.length === 0 && !isOrdinary(object))
    throw new Unsupported("is a built-in object under another prototype, whose state cannot be read");
  return {
    kind:
      prototype === objectPrototype ? "object" : prototype === null ? "null-prototype object" : "instance",
    create: { form: "object" },
    prototype: prototype === objectPrototype ? undefined : prototype,
    ...properties,
  };
}

/** Whether an object without properties is one for the engine too, and not a WeakRef or the like that was given another prototype: those it does not clone. */
function isOrdinary(object: object): boolean {
  try {
    serialize(object);
    return true;
  } catch {
    return false;
  }
}

function holdsFunctions(object: object): boolean {
  return ownKeys(object).some((key) => typeof getOwnPropertyDescriptor(object, key)?.value === "function");
}
