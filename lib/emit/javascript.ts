// Plan → the text of an ES module (docs/format.md). The text comes in chunks, so that a long one can be written without holding up the program.

import { helpers } from "../helpers.ts";
import { isIdentifier } from "../graph/names.ts";
import { importKey, type Export, type Import, type Plan, type PlanNode, type Step } from "../graph/plan.ts";
import { PLAIN } from "../represent/representation.ts";
import {
  closer,
  creationParts,
  descriptorItems,
  itemParts,
  operandParts,
  type HelperName,
  type Surroundings,
} from "./expression.ts";
import { layOut, type Part } from "./layout.ts";
import { literal, member } from "./literals.ts";

export type ArrayRow = readonly [
  file: string,
  descr: string,
  shape: readonly number[] | number,
  offset_bytes?: number,
  deflated_bytes?: number,
];

/** The specifier of the array loader, and where the arrays were stored; see docs/format.md. */
export interface ArrayTable {
  readonly loader: string;
  readonly rows: Readonly<Record<string, ArrayRow>>;
  readonly heads: Readonly<Record<string, readonly [size_bytes: number, crc32: number]>>;
  readonly sums: Readonly<Record<string, string>>;
}

/** Gives the specifier for a module of the user's that no bare specifier reaches; it depends on where the archive lies. */
export type SpecifierOf = (file: string) => string;

export const FORMAT_LINE = "// persist-archive format 1\n";

/**
 * The module's text but for its head, in pieces. The head stands before them, and is what the generator returns: a function of the table of arrays, which need
 * not be known before.
 */
export function* emitModule(
  plan: Plan,
  specifierOf: SpecifierOf,
): Generator<string | Uint8Array, (arrays?: ArrayTable) => string> {
  const locals = new Map<string, string>(
    plan.imports.map((entry) => [importKey({ ...entry, path: [entry.name] }), entry.local]),
  );
  const used = new Set<HelperName>();
  const around: Surroundings = {
    reference(reference) {
      const isGlobal = reference.specifier === undefined && reference.file === undefined;
      const [first, ...rest] = reference.path as [string, ...string[]];
      return (isGlobal ? first : locals.get(importKey(reference))!) + rest.map(member).join("");
    },
    helper(name) {
      used.add(name);
      return helpers[name].name;
    },
    isVast: plan.table !== undefined,
    isLong: plan.hasBlocks,
  };
  const exported = new Map<PlanNode, string>();
  for (const { name, value } of plan.exports) {
    if (typeof value === "object" && value?.name === name && !exported.has(value)) exported.set(value, name);
  }
  const pieces: (string | Uint8Array)[] = [];
  const out = (text: string | Uint8Array): void => {
    pieces.push(text);
  };
  if (plan.table !== undefined) out(`const ${plan.table} = [];\n`);
  const early = earlyItems(plan.exports, exported);
  for (const step of plan.steps) {
    if (step.op === "bind") for (const item of early.get(step.node) ?? []) writeItem(item, around, out);
    writeStep(step, exported, around, out);
    yield* pieces.splice(0);
  }
  writeExports(plan.exports, exported, new Set([...early.values()].flat()), around, out);
  yield* pieces;

  // helpers stand above the statements that asked for them, so the head is made last
  return (arrays) => {
    let head = FORMAT_LINE + importLines(plan.imports, specifierOf, arrays);
    if (arrays !== undefined) head += arrayTable(arrays);
    for (const name of used) head += helpers[name].text(helpers[name].name);
    return head;
  };
}

function importLines(
  imports: readonly Import[],
  specifierOf: SpecifierOf,
  arrays: ArrayTable | undefined,
): string {
  const modules = new Map<string, Import[]>();
  for (const entry of imports) {
    const specifier = entry.specifier ?? specifierOf(entry.file!);
    const list = modules.get(specifier);
    if (list === undefined) modules.set(specifier, [entry]);
    else list.push(entry);
  }
  let text = "";
  for (const specifier of [...modules.keys()].toSorted()) {
    const entries = modules.get(specifier)!;
    const fallback = entries.find(({ name }) => name === "default");
    const named = entries
      .filter(({ name }) => name !== "default")
      .map(({ name, local }) => {
        const exported = isIdentifier(name) ? name : literal(name);
        return exported === local ? local : `${exported} as ${local}`;
      });
    const clauses = [
      ...(fallback === undefined ? [] : [fallback.local]),
      ...(named.length === 0 ? [] : [`{ ${named.join(", ")} }`]),
    ];
    text += `import ${clauses.join(", ")} from ${literal(specifier)};\n`;
  }
  if (arrays !== undefined) text += `import { load } from ${literal(arrays.loader)};\n`;
  return text;
}

function arrayTable({ rows, heads, sums }: ArrayTable): string {
  const row = ([file, descr, shape, ...place]: ArrayRow): string => {
    const extent = typeof shape === "number" ? String(shape) : `[${shape.join(", ")}]`;
    return `[${[literal(file), literal(descr), extent, ...place].join(", ")}]`;
  };
  const key = (name: string): string => (isIdentifier(name) ? name : literal(name));
  const entries = [
    Object.keys(rows).map((name) => `${key(name)}: ${row(rows[name]!)}`),
    Object.keys(heads).map((file) => `${literal(file)}: [${heads[file]!.join(", ")}]`),
    Object.entries(sums).map(([name, sum]) => `${key(name)}: ${literal(sum)}`),
  ];
  while (entries.at(-1)!.length === 0) entries.pop();
  const tables = entries.map((lines) =>
    lines.length === 0 ? "{}" : `{\n${lines.map((line) => `  ${line},\n`).join("")}}`,
  );
  return `const arrays = load(import.meta.url, ${tables.join(", ")});\n`;
}

function writeStep(
  step: Step,
  exported: ReadonlyMap<PlanNode, string>,
  around: Surroundings,
  out: (text: string | Uint8Array) => void,
): void {
  const { node } = step;
  const name = node.name!;
  if (step.op === "bind") {
    const start = name.startsWith("_[")
      ? `${name} = `
      : `${exported.has(node) ? "export " : ""}const ${name} = `;
    statement([start, ...creationParts(node, around)], out);
    return;
  }
  statement(patchParts(step, name, around), out);
}

function patchParts(step: Exclude<Step, { op: "bind" }>, name: string, around: Surroundings): Part[] {
  const { node } = step;
  switch (step.op) {
    case "prototype":
      return [`Object.setPrototypeOf(${name}, `, ...operandParts(node.prototype, around), ")"];
    case "element": {
      const elements = node.create.form === "array" ? node.create.elements : [];
      return [`${name}[${step.at}] = `, ...operandParts(elements[step.at] as never, around)];
    }
    case "entry":
      return entryParts(node, step.at, name, around);
    case "value": {
      const key = node.keys[step.at]!;
      // an object literal has a placeholder for it, so that an assignment can run no setter
      const isPlaceholder = node.create.form === "object";
      const keyParts: Part[] = typeof key === "object" ? operandParts(key, around) : [literal(key)];
      if (isPlaceholder && (node.attributes?.[step.at] ?? PLAIN) === PLAIN) {
        const access: Part[] = typeof key === "object" ? ["[", ...keyParts, "]"] : [member(key)];
        return [name, ...access, " = ", ...operandParts(node.values[step.at], around)];
      }
      const descriptor = itemParts(descriptorItems(node, step.at, around, isPlaceholder), around);
      return [`Object.defineProperty(${name}, `, ...keyParts, ", ", ...descriptor, ")"];
    }
    case "delete":
      return [`Reflect.deleteProperty(${name}, ${literal(step.key)})`];
    case "integrity":
      return [`${closer(node.integrity)}(${name})`];
  }
}

function entryParts(node: PlanNode, at: number, name: string, around: Surroundings): Part[] {
  const entries = node.entries!;
  const isMap = node.kind === "map";
  const method = isMap ? "set" : "add";
  // a subclass or an own property may have another method of this name
  const isUsual = node.prototype === undefined && !node.keys.includes(method);
  const start = isUsual
    ? `${name}.${method}(`
    : `${isMap ? "Map" : "Set"}.prototype.${method}.call(${name}, `;
  const args = isMap
    ? [...operandParts(entries[at], around), ", ", ...operandParts(entries[at + 1], around)]
    : operandParts(entries[at], around);
  return [start, ...args, ")"];
}

/** The items that need nothing, primitives and references, by the item before which they were inserted: so the text keeps the order of the items where it can. */
function earlyItems(
  exports: readonly Export[],
  exported: ReadonlyMap<PlanNode, string>,
): ReadonlyMap<PlanNode, readonly Export[]> {
  const early = new Map<PlanNode, Export[]>();
  let waiting: Export[] = [];
  for (const item of exports) {
    const { name, value } = item;
    if (typeof value !== "object" || value === null || value.create.form === "reference") waiting.push(item);
    else if (waiting.length > 0 && exported.get(value) === name) {
      early.set(value, waiting);
      waiting = [];
    }
  }
  return early;
}

/** The statement of an item that is bound to nothing. */
function writeItem(
  { name, local, value }: Export,
  around: Surroundings,
  out: (text: string | Uint8Array) => void,
): void {
  const start =
    name === "default" ? "export default " : `${local === name ? "export " : ""}const ${local} = `;
  statement([start, ...operandParts(value, around)], out);
}

function writeExports(
  exports: readonly Export[],
  exported: ReadonlyMap<PlanNode, string>,
  written: ReadonlySet<Export>,
  around: Surroundings,
  out: (text: string | Uint8Array) => void,
): void {
  const renamed: string[] = [];
  for (const item of exports) {
    const { name, local, value } = item;
    const bound = typeof value === "object" && value !== null ? value.name : undefined;
    if (bound !== undefined && exported.get(value as PlanNode) === name) continue;
    if (bound !== undefined) renamed.push(bound === name ? name : `${bound} as ${name}`);
    else {
      if (!written.has(item)) writeItem(item, around, out);
      if (name !== "default" && local !== name) renamed.push(`${local} as ${name}`);
    }
  }
  if (renamed.length > 0) out(`export { ${renamed.join(", ")} };\n`);
}

function statement(parts: Part[], out: (text: string | Uint8Array) => void): void {
  layOut([...parts, ";\n"], 0, out);
}
