// The children of a representation, always in the same order: what creates the object, its prototype, entries, then properties.

import { HOLE, type Representation } from "../represent/representation.ts";

/** Whether a value is a node of the graph: an object, a function or a symbol. All other values are written where they stand. */
export function isNodeValue(value: unknown): value is object | symbol {
  return (
    (typeof value === "object" && value !== null) ||
    typeof value === "function" ||
    (typeof value === "symbol" && value !== HOLE)
  );
}

/** What is done with a child; `key` is the property key, element index or Map key under which it stands, where there is one. */
export type Visit = (child: object | symbol, key: unknown) => unknown;

/** Calls `visit` for each child that is a node, and puts what it gives in the child's place. */
export function mapChildren(representation: Representation, visit: Visit): void {
  const { create, prototype, entries, keys, values, kind } = representation;
  if (create.form === "array") mapList(create.elements, visit, (at) => at);
  else if (create.form === "call" || create.form === "helper") mapList(create.args, visit);
  else if (create.form === "member") mapField(create, "of", visit);
  else if (create.form === "template") mapList(create.values, visit);
  else if (create.form === "view") mapField(create, "buffer", visit);
  else if (create.form === "ndarray") {
    mapField(create, "data", visit);
    mapField(create, "attributes", visit);
  }
  if (prototype !== undefined && prototype !== null)
    representation.prototype = visit(prototype, undefined) as object;
  if (entries !== undefined)
    mapList(
      entries,
      visit,
      kind === "map" ? (at) => (at % 2 === 1 ? entries[at - 1] : undefined) : undefined,
    );
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (typeof key === "symbol") keys[i] = visit(key, undefined) as PropertyKey;
    const value = values[i];
    if (isNodeValue(value)) values[i] = visit(value, key);
  }
}

function mapList(list: unknown[], visit: Visit, keyOf?: (at: number) => unknown): void {
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (isNodeValue(value)) list[i] = visit(value, keyOf?.(i));
  }
}

function mapField<Name extends string>(
  holder: { readonly [K in Name]: unknown },
  name: Name,
  visit: Visit,
): void {
  // the planner owns the representation, which is read-only for everyone else
  const own: { [K in Name]: unknown } = holder;
  const value = own[name];
  if (isNodeValue(value)) own[name] = visit(value, name);
}
