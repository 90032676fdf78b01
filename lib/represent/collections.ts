// Map and Set, by their entries in insertion order; the methods of a subclass are not called.

import { getPrototypeOf, mapForEach, setForEach } from "./primordials.ts";
import { ownProperties, type Representation } from "./representation.ts";

const mapPrototype: object = Map.prototype;
const setPrototype: object = Set.prototype;

export function representMap(map: object): Representation {
  const entries: unknown[] = [];
  mapForEach(map, (value, key) => {
    entries.push(key, value);
  });
  return collection("map", "Map", map, mapPrototype, entries);
}

export function representSet(set: object): Representation {
  const entries: unknown[] = [];
  setForEach(set, (value) => {
    entries.push(value);
  });
  return collection("set", "Set", set, setPrototype, entries);
}

function collection(
  kind: string,
  callee: string,
  object: object,
  usual: object,
  entries: unknown[],
): Representation {
  const prototype = getPrototypeOf(object);
  return {
    kind,
    create: { form: "call", callee, construct: true, args: [] },
    prototype: prototype === usual ? undefined : prototype,
    entries,
    ...ownProperties(object),
  };
}
