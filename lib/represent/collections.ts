// Map and Set, by their entries in insertion order; the methods of a subclass are not called.

import { getPrototypeOf, mapForEach, mapSize, setForEach, setSize } from "./primordials.ts";
import { listOf, ownProperties, type Creation, type Representation } from "./representation.ts";

const mapPrototype: object = Map.prototype;
const setPrototype: object = Set.prototype;

const emptyMap: Creation = { form: "call", callee: "Map", construct: true, args: [] };
const emptySet: Creation = { form: "call", callee: "Set", construct: true, args: [] };

export function representMap(map: object): Representation {
  const entries = listOf(2 * mapSize(map));
  let at = 0;
  mapForEach(map, (value, key) => {
    entries[at++] = key;
    entries[at++] = value;
  });
  return collection("map", emptyMap, map, mapPrototype, entries);
}

export function representSet(set: object): Representation {
  const entries = listOf(setSize(set));
  let at = 0;
  setForEach(set, (value) => {
    entries[at++] = value;
  });
  return collection("set", emptySet, set, setPrototype, entries);
}

function collection(
  kind: string,
  create: Creation,
  object: object,
  usual: object,
  entries: unknown[],
): Representation {
  const prototype = getPrototypeOf(object);
  return {
    kind,
    create,
    prototype: prototype === usual ? undefined : prototype,
    entries,
    ...ownProperties(object),
  };
}
