// Gives names to what a plan binds and imports.

import type { Reference } from "../represent/representation.ts";
import type { Builder } from "./builder.ts";
import { Names } from "./names.ts";
import { isAlwaysInPlace, type Node } from "./node.ts";
import { importKey, type Export, type Import, type Plan, type Step } from "./plan.ts";
import type { Graph } from "./survey.ts";

/** With more names than this, bindings are entries of one table: V8 allows about 117,000 declarations. */
const NAMES = 50_000;

/** Names what is bound: items by their own names, the rest by their keys, or by a place in one table when there are very many. */
export function giveNames(
  graph: Graph,
  built: Builder,
  steps: readonly Step[],
): Pick<Plan, "imports" | "exports" | "table"> {
  const names = new Names();
  const exports: Export[] = graph.rootNames.map((name, i) => {
    const node = built.nodeOf(graph.roots[i]);
    const local = names.take(name) ? name : names.make(`${name}_`);
    if (node !== undefined && !isAlwaysInPlace(node)) node.name ??= local;
    return { name, local, value: built.operandOf(graph.roots[i]) };
  });
  const imports = nameImports(built.references, names);
  const bound = steps
    .filter((step) => step.op === "bind" && step.node.name === undefined)
    .map((step) => step.node as Node);
  if (bound.length > NAMES) {
    for (const [i, node] of bound.entries()) node.name = `_[${i}]`;
    return { imports, exports, table: "_" };
  }
  for (const node of bound)
    node.name = names.make(node.index === 0 ? nameOfFirst(node) : (built.hints[node.index] ?? node.kind));
  return { imports, exports, table: undefined };
}

/** What has no key of its own: the table of plain data, and memory that several views show. */
function nameOfFirst({ create }: Node): string {
  return create.form === "json" ? "rows" : "memory";
}

/** One import for each export of a module that the graph refers to. */
function nameImports(references: readonly Reference[], names: Names): Import[] {
  const imports = new Map<string, Import>();
  for (const { specifier, file, path } of references) {
    const [name, member] = path as [string, string?];
    const key = importKey({ specifier, file, path });
    if (imports.has(key)) continue;
    const wish =
      name !== "default"
        ? name
        : member !== undefined && member !== "prototype"
          ? member
          : moduleName(specifier ?? file!);
    imports.set(key, { specifier, file, name, local: names.make(wish) });
  }
  return [...imports.values()];
}

/** A name for a module's default export: the last word of its specifier. */
function moduleName(module: string): string {
  return (
    module
      .replace(/\.[cm]?js$/, "")
      .split(/[/\\:]/)
      .at(-1) ?? module
  );
}
