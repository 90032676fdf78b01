// Arguments objects, as a strict function has them: not bound to any parameter.

import {
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isFrozen,
  isSealed,
  objectPrototype,
} from "./primordials.ts";
import { ownProperties, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

const sample: object = (function (): object {
  // oxlint-disable-next-line prefer-rest-params -- the object itself is what is wanted
  return arguments;
})();
const usualIterator: unknown = getOwnPropertyDescriptor(sample, Symbol.iterator)!.value;

/** An arguments object, by what it holds. `callee`, which a strict function's refuses to give, is left out. */
export function representArguments(object: object): Representation {
  const prototype = getPrototypeOf(object);
  const isInborn = (key: PropertyKey): boolean => {
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    if (key === "callee" && descriptor.get === undefined) {
      throw new Unsupported("is the arguments object of a sloppy function, which cannot be made again");
    }
    if (key === "callee") return true;
    return key === Symbol.iterator && descriptor.value === usualIterator;
  };
  if (!hasUsualIterator(object))
    throw new Unsupported("is an arguments object without its usual iterator, which cannot be made again");
  return {
    kind: "arguments",
    create: { form: "helper", helper: "arguments", args: [] },
    prototype: prototype === objectPrototype ? undefined : prototype,
    ...ownProperties(object, isInborn),
    absent: getOwnPropertyDescriptor(object, "length") === undefined ? ["length"] : undefined,
  };
}

/** Whether there is an iterator, of any value, with the attributes that it has from the beginning or gets by sealing and freezing. */
function hasUsualIterator(object: object): boolean {
  const iterator = getOwnPropertyDescriptor(object, Symbol.iterator);
  if (iterator === undefined || iterator.enumerable === true) return false;
  return (
    (iterator.writable === true || isFrozen(object)) && (iterator.configurable === true || isSealed(object))
  );
}
