// Expressions: a node of the plan as the parts of its text. One way of writing for each form, whether the node is named or stands in place. Nesting is
// followed with a stack of what is still to be written.

import type { ArraySlot, JsonBlock, Operand, PlanCreation, PlanNode } from "../graph/plan.ts";
import type { helpers } from "../helpers.ts";
import {
  CONFIGURABLE,
  ENUMERABLE,
  HOLE,
  PLAIN,
  WRITABLE,
  type Reference,
} from "../represent/representation.ts";
import { base64, elementsParts } from "./elements.ts";
import { CLOSE, FILL, LINE, OPEN, SOFT, TRAILING_COMMA, type Part } from "./layout.ts";
import { literal, member, propertyKey, regExp } from "./literals.ts";

/** What expressions need to know of the rest of the module. */
export interface Surroundings {
  /** The local name of a reference, with its members. */
  reference(reference: Reference): string;
  /** The local name of a helper function, which is thereby asked for. */
  helper(name: HelperName): string;
  /** Whether there are very many names, so that what an engine takes for each statement counts. */
  readonly isVast: boolean;
  /** Whether there are blocks of JSON, so that the text is long. */
  readonly isLong: boolean;
}

/** In a vast text, Maps and Sets whose lists would be no longer are filled by calls. */
const FEW = 6;

export type HelperName = keyof typeof helpers;

type Item = Part | PlanNode;

/** The parts of a node's own expression, even where it has a name. */
export function creationParts(node: PlanNode, around: Surroundings): Part[] {
  return itemParts(expand(node, around), around);
}

/** The parts of any operand: a literal, a name, or the expression in place. */
export function operandParts(operand: Operand, around: Surroundings): Part[] {
  return itemParts([item(operand, around)], around);
}

/** Writes items out as parts; what nests is followed with a stack. */
export function itemParts(items: Item[], around: Surroundings): Part[] {
  const parts: Part[] = [];
  const todo = items.toReversed();
  while (todo.length > 0) {
    const next = todo.pop()!;
    if (typeof next !== "object" || next instanceof Uint8Array) parts.push(next);
    else if (next.name !== undefined) parts.push(next.name);
    else {
      const inner = expand(next, around);
      for (let i = inner.length - 1; i >= 0; i--) todo.push(inner[i]!);
    }
  }
  return parts;
}

function item(operand: Operand, { isLong }: Surroundings): Item {
  return typeof operand === "object" && operand !== null ? operand : literal(operand, isLong);
}

/** One level of a node: its text, with children as items. */
function expand(node: PlanNode, around: Surroundings): Item[] {
  const { create } = node;
  const { integrity, deferred } = node;
  let items: Item[];
  if (create.form === "object") items = withAttributes(objectItems(node, around), node);
  else items = withProperties(coreItems(node, around), node, around);
  if (node.prototype !== undefined && create.form !== "object" && deferred?.prototype !== true) {
    items = ["Object.setPrototypeOf(", ...items, ", ", item(node.prototype, around), ")"];
  }
  if (integrity !== "extensible" && deferred === undefined) items = [`${closer(integrity)}(`, ...items, ")"];
  return items;
}

/** The function that makes an object non-extensible, sealed or frozen. */
export function closer(integrity: PlanNode["integrity"]): string {
  if (integrity === "frozen") return "Object.freeze";
  return integrity === "sealed" ? "Object.seal" : "Object.preventExtensions";
}

function coreItems(node: PlanNode, around: Surroundings): Item[] {
  const { create } = node;
  switch (create.form) {
    case "object":
      return objectItems(node, around);
    case "array":
      return arrayItems(node, create.elements as (Operand | typeof HOLE)[], around);
    case "call": {
      if (create.callee === "RegExp") return [regExp(...(create.args as [string, string]))];
      const callee = (create.construct ? "new " : "") + create.callee;
      if (around.isVast && node.entries !== undefined && node.entries.length <= FEW)
        return [callee, "()", ...fillingItems(node, around)];
      const args =
        node.entries === undefined ? callItems(create.args as Operand[], around) : entryItems(node, around);
      return [callee, "(", ...args, ")"];
    }
    case "template":
      return create.strings.flatMap((text, i) =>
        i < create.values.length ? [text, item(create.values[i] as Operand, around)] : [text],
      );
    case "reference":
      return [around.reference(create.reference)];
    case "inline":
      return elementsParts(create.array, () => around.helper("bytes"));
    case "stored":
      return storedItems(create.slot, around);
    case "list":
      return [`Array.from(arrays${member(create.slot.name)})`];
    case "buffer":
      return bufferItems(create, around);
    case "helper":
      return [around.helper(create.helper), "(", ...callItems(create.args as Operand[], around), ")"];
    case "member":
      return [item(create.of as Operand, around), member(create.name)];
    case "fields":
      return fieldItems(create.fields, around);
    case "json":
      return blockItems(create.block, around);
    case "members":
      return memberItems(create, around);
    case "row":
      return [create.table, `[${create.row}]`];
  }
}

function callItems(args: readonly Operand[], around: Surroundings): Item[] {
  return args.flatMap((arg, i) => (i === 0 ? [item(arg, around)] : [", ", item(arg, around)]));
}

function objectItems(node: PlanNode, around: Surroundings): Item[] {
  const members: Item[][] = [];
  const { deferred } = node;
  if (node.prototype !== undefined && deferred?.prototype !== true)
    members.push(["__proto__: ", item(node.prototype, around)]);
  for (const [i, key] of node.keys.entries()) {
    // a placeholder keeps the place of what a patch will bring
    const value: Item = deferred?.values.has(i) === true ? "undefined" : item(node.values[i], around);
    if (typeof key === "object") {
      members.push(["[", key, "]: ", value]);
    } else if (key !== "__proto__" && typeof value === "object" && (value as PlanNode).name === key)
      members.push([key]);
    else members.push([propertyKey(key, around.isLong), ": ", value]);
  }
  return members.length === 0 ? ["{}"] : bracket("{", LINE, members, LINE, "}");
}

function arrayItems(
  node: PlanNode,
  elements: readonly (Operand | typeof HOLE)[],
  around: Surroundings,
): Item[] {
  if (elements.length === 0) return ["[]"];
  const { deferred } = node;
  const items: Item[][] = elements.map((value, i) => {
    if (value === HOLE) return [""];
    return [deferred?.elements.has(i) === true ? "undefined" : item(value, around)];
  });
  const isList = elements.every((value) => typeof value !== "object" && typeof value !== "symbol");
  // a hole at the end needs a comma of its own
  const close = elements.at(-1) === HOLE ? ",]" : "]";
  return bracket("[", isList ? FILL : LINE, items, SOFT, close, close === "]");
}

/** A bracketed list: in one line, or one member a line (as many as fit for FILL). */
function bracket(
  open: string,
  separator: Part,
  members: Item[][],
  edge: Part,
  close: string,
  trailing = true,
): Item[] {
  const items: Item[] = [open, OPEN, edge === LINE ? LINE : SOFT];
  for (const [i, member] of members.entries()) {
    const last = i === members.length - 1;
    if (separator === FILL && member.length === 1 && typeof member[0] === "string")
      items.push(member[0] + (last ? "" : ","));
    else {
      items.push(...member);
      if (!last) items.push(",");
    }
    if (!last) items.push(separator);
  }
  if (trailing) items.push(TRAILING_COMMA);
  items.push(edge, CLOSE, close);
  return items;
}

/** `.set(k, v)` or `.add(v)` for each entry: an engine loads that in two thirds of the time and memory of a list. */
function fillingItems(node: PlanNode, around: Surroundings): Item[] {
  const entries = entriesOf(node);
  const items: Item[] = [];
  if (node.kind !== "map") for (const value of entries) items.push(".add(", item(value, around), ")");
  else
    for (let i = 0; i < entries.length; i += 2)
      items.push(".set(", item(entries[i], around), ", ", item(entries[i + 1], around), ")");
  return items;
}

/** The entries with which a collection is made. */
function entriesOf({ entries, deferred }: PlanNode): readonly Operand[] {
  return entries!.slice(0, deferred?.entriesFrom);
}

function entryItems(node: PlanNode, around: Surroundings): Item[] {
  const entries = entriesOf(node);
  if (entries.length === 0) return [];
  if (node.kind !== "map")
    return bracket(
      "[",
      LINE,
      entries.map((value) => [item(value, around)]),
      SOFT,
      "]",
    );
  const pairs: Item[][] = [];
  for (let i = 0; i < entries.length; i += 2)
    pairs.push(["[", item(entries[i], around), ", ", item(entries[i + 1], around), "]"]);
  return bracket("[", LINE, pairs, SOFT, "]");
}

/** An object literal takes all values plainly; the attributes that differ are changed at once. */
function withAttributes(items: Item[], node: PlanNode): Item[] {
  const { attributes, deferred } = node;
  if (attributes === undefined) return items;
  const changes: Item[][] = [];
  for (const [i, bits] of attributes.entries()) {
    if (bits === PLAIN || deferred?.values.has(i) === true) continue;
    const off = [
      ...((bits & WRITABLE) === 0 ? ["writable: false"] : []),
      ...((bits & ENUMERABLE) === 0 ? ["enumerable: false"] : []),
      ...((bits & CONFIGURABLE) === 0 ? ["configurable: false"] : []),
    ];
    changes.push([...keyItems(node.keys[i]!), `: { ${off.join(", ")} }`]);
  }
  if (changes.length === 0) return items;
  return ["Object.defineProperties(", ...items, ", ", ...bracket("{", LINE, changes, LINE, "}"), ")"];
}

/** Any other object gets its properties by definition. */
function withProperties(items: Item[], node: PlanNode, around: Surroundings): Item[] {
  const members: Item[][] = [];
  let base = items;
  for (const [i, key] of node.keys.entries()) {
    if (node.deferred?.values.has(i) === true) continue;
    if (isUsualStack(node, i)) {
      const stack = bracket("{", LINE, [["stack: ", item(node.values[i], around)]], LINE, "}");
      base = ["Object.assign(", ...items, ", ", ...stack, ")"];
    } else members.push([...keyItems(key), ": ", ...descriptorItems(node, i, around)]);
  }
  if (members.length === 0) return base;
  return ["Object.defineProperties(", ...base, ", ", ...bracket("{", LINE, members, LINE, "}"), ")"];
}

/**
 * Whether a property is the stack of an error as engines make it. That is assigned. Before V8 defines it, it asks what was there: so it writes out the stack that it has captured, and
 * looks through the code from the module's beginning for each line's number. A text of very many errors would take the square of their number (docs/decisions/0017-stacks.md).
 */
function isUsualStack({ kind, keys, values, attributes }: PlanNode, at: number): boolean {
  return (
    kind === "error" &&
    keys[at] === "stack" &&
    typeof values[at] === "string" &&
    attributes?.[at] === (WRITABLE | CONFIGURABLE)
  );
}

function keyItems(key: string | PlanNode): Item[] {
  return typeof key === "object" ? ["[", key, "]"] : [propertyKey(key)];
}

/**
 * The descriptor of a property as an object literal. A property that is not there yet needs the attributes it has; one that is there (`exists`: as a literal made
 * it; or one that its object is born with), those that change.
 */
export function descriptorItems(node: PlanNode, at: number, around: Surroundings, exists = false): Item[] {
  const bits = node.attributes?.[at] ?? PLAIN;
  const key = node.keys[at]!;
  const born = exists ? PLAIN : typeof key === "string" ? inborn.get(`${node.kind} ${key}`) : undefined;
  const flags: string[] = [];
  for (const [bit, name] of [
    [WRITABLE, "writable"],
    [ENUMERABLE, "enumerable"],
    [CONFIGURABLE, "configurable"],
  ] as const) {
    const isOn = (bits & bit) !== 0;
    if (born === undefined ? isOn : born === "any" || canDiffer(born, bit, isOn))
      flags.push(`, ${name}: ${isOn}`);
  }
  return ["{ value: ", item(node.values[at], around), ...flags, " }"];
}

/** Whether an attribute has to be changed. What is not configurable stays so, and is shown or hidden as it was. */
function canDiffer(born: number, bit: number, isOn: boolean): boolean {
  return isOn !== ((born & bit) !== 0) && (bit === WRITABLE || (born & CONFIGURABLE) !== 0);
}

/** The properties that objects of each kind are born with, and their attributes. Those of `stack` depend on the engine. */
const inborn: ReadonlyMap<string, number | "any"> = new Map<string, number | "any">([
  ["array length", WRITABLE],
  ["regexp lastIndex", WRITABLE],
  ["error stack", "any"],
  ["arguments length", WRITABLE | CONFIGURABLE],
  ["bound function length", CONFIGURABLE],
  ["bound function name", CONFIGURABLE],
]);

/** A member of the array table; the loader gives Uint8Arrays for all arrays of bytes. */
function storedItems({ name, array }: ArraySlot, around: Surroundings): Item[] {
  const stored = `arrays${member(name)}`;
  if (array.type === "pooled Buffer") return [`Buffer.from(${stored})`];
  if (array.type === "Buffer")
    return [`Buffer.from(${around.helper("fill")}(new ArrayBuffer(${array.length}), ${stored}))`];
  return [array.type === "Uint8ClampedArray" ? `new Uint8ClampedArray(${stored})` : stored];
}

function bufferItems(
  { type, byteLength, maxByteLength, content }: Extract<PlanCreation, { form: "buffer" }>,
  around: Surroundings,
): Item[] {
  const growth = maxByteLength === undefined ? "" : `, { maxByteLength: ${maxByteLength} }`;
  const create = `new ${type}(${byteLength}${growth})`;
  if (content === undefined) return [create];
  if (content.form === "stored")
    return [`${around.helper("fill")}(${create}, `, ...storedItems(content.slot, around), ")"];
  const bytes = `${around.helper("bytes")}(${literal(base64(content.array.data))})`;
  const isUsual = type === "ArrayBuffer" && maxByteLength === undefined;
  return [isUsual ? bytes : `${around.helper("fill")}(${create}, ${bytes})`];
}

/** A call that gives what a piece of JSON says. */
function parseItems(piece: Uint8Array): Item[] {
  return ["JSON.parse(", piece, ")"];
}

function blockItems({ shape, pieces, mark }: JsonBlock, around: Surroundings): Item[] {
  if (shape !== "rows") return parseItems(pieces[0]!);
  const all = bracket(
    "[",
    LINE,
    pieces.map((piece) => ["...", ...parseItems(piece)]),
    SOFT,
    "]",
  );
  return [around.helper("link"), "(", ...all, `, ${literal(mark)})`];
}

function memberItems(
  { isArray, members }: Extract<PlanCreation, { form: "members" }>,
  around: Surroundings,
): Item[] {
  const items: Item[][] = members.map((member) => {
    if (!("key" in member)) return ["...", ...parseItems(member.pieces[0]!)];
    return isArray
      ? [item(member.value, around)]
      : [propertyKey(String(member.key), around.isLong), ": ", item(member.value, around)];
  });
  return isArray ? bracket("[", LINE, items, SOFT, "]") : bracket("{", LINE, items, LINE, "}");
}

function fieldItems(
  fields: readonly (readonly [string, Operand | readonly number[]])[],
  around: Surroundings,
): Item[] {
  const members: Item[][] = fields.map(([key, value]) => {
    if (Array.isArray(value)) return [`${key}: [${value.join(", ")}]`];
    const part = item(value as Operand, around);
    return typeof part === "object" && (part as PlanNode).name === key ? [key] : [`${key}: `, part];
  });
  if (fields.every(([key]) => key !== "attributes")) members.push(["attributes: {}"]);
  members.push(['[Symbol.for("persist-archive.NDArray")]: true']);
  return bracket("{", LINE, members, LINE, "}");
}
