// Where a node stands: the key path by which the survey first reached it, such as `.runs[3].psi`.

import { isArray, isProxy, objectKeys } from "../represent/primordials.ts";
import type { Representation } from "../represent/representation.ts";
import type { Graph } from "./survey.ts";

/** One step of a key path, as it is printed. */
export function step(key: PropertyKey): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  const text = String(key);
  if (/^(?:0|[1-9]\d*)$/.test(text)) return `[${text}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
}

/** The key path of a node, from the name of its root. */
export function keyPathOf(graph: Graph, index: number): string {
  const steps: string[] = [];
  for (let node = index; node > 0; node = graph.parents[node]!) {
    const key = keyIn(graph, graph.parents[node]!, graph.values[node]);
    steps.push(typeof key === "string" ? key : "");
  }
  return steps.toReversed().join("");
}

/** The step from a parent to a child. */
export function keyIn(graph: Graph, parent: number, child: unknown): string | undefined {
  if (parent === 0) return step(graph.rootNames[graph.roots.indexOf(child)] ?? "");
  const representation = graph.representations.get(parent);
  if (representation !== undefined) return keyOfPart(representation, child);
  const value = graph.values[parent] as object;
  if (isProxy(value)) return undefined;
  if (isArray(value)) return step(value.indexOf(child));
  const key = objectKeys(value).find((name) => (value as Record<string, unknown>)[name] === child);
  return key === undefined ? undefined : step(key);
}

function keyOfPart(representation: Representation, child: unknown): string | undefined {
  const { create, entries, keys, values } = representation;
  const property = values.indexOf(child);
  if (property >= 0) return step(keys[property]!);
  if (create.form === "array") {
    const element = create.elements.indexOf(child);
    if (element >= 0) return step(element);
  }
  if (entries !== undefined) {
    const at = entries.indexOf(child);
    if (at >= 0 && representation.kind === "map") {
      const key = entries[at - (at % 2)];
      const name = typeof key === "string" || typeof key === "number" ? JSON.stringify(key) : `#${at >> 1}`;
      return at % 2 === 1 ? `.get(${name})` : `.keys(${name})`;
    }
    if (at >= 0) return `.values(#${at})`;
  }
  // a class that cannot be found is the fault of its instance, and needs no step; what stands in for an object is named
  if (child === representation.prototype && isProxy(child)) return ".[[Prototype]]";
  if (keys.includes(child as PropertyKey)) return ".[symbol]";
  if (create.form === "view") return ".buffer";
  if (create.form === "ndarray") return child === create.data ? ".data" : ".attributes";
  if (create.form === "template") return `.[represent](#${create.values.indexOf(child)})`;
  return undefined;
}
