// Arranges a surveyed graph into a Plan: gives every node its operands, decides what gets a name, opens cycles, and puts bindings into
// dependency order.

import { PersistError } from "../errors.ts";
import { representPlain } from "../represent/represent.ts";
import type { ArrayElements, Creation, Reference, Representation } from "../represent/representation.ts";
import { Blocks } from "./blocks.ts";
import { mapChildren } from "./children.ts";
import { components } from "./components.ts";
import { deferParts, openComponent } from "./cycles.ts";
import { keyPathOf } from "./keypath.ts";
import { Names } from "./names.ts";
import { childrenOf, Node } from "./node.ts";
import {
  importKey,
  type ArraySlot,
  type Content,
  type Export,
  type Import,
  type Operand,
  type Plan,
  type PlanCreation,
  type Step,
} from "./plan.ts";
import type { Graph } from "./survey.ts";
import { findWindows, type Window } from "./windows.ts";

export interface ArrangeOptions {
  /** Arrays with more elements are stored outside; Infinity keeps all in the text. */
  readonly arrayThreshold: number;
  /** Writes all plain data as literals, none as JSON text. */
  readonly readable?: boolean | undefined;
}

/** A subtree with more levels than this is broken by names: V8's parser gives up at about 1,350. */
const DEPTH = 200;
/** So many levels of a deep subtree stand in one expression: it fits in a line or two. */
const LEVELS_AT_ONCE = 3;
/** With more names than this, bindings are entries of one table: V8 allows about 117,000 declarations. */
const NAMES = 50_000;
/** Exports need declarations of their own. */
const EXPORTS = 100_000;

/** Makes the plan of a graph. Everything is copied from the caller's objects but the memory of arrays. */
export function arrange(graph: Graph, options: ArrangeOptions): Plan {
  if (graph.roots.length > EXPORTS) {
    throw new PersistError(
      "PERSIST_LIMIT",
      `an archive holds at most ${EXPORTS} items, not ${graph.roots.length}`,
    );
  }
  const built = new Builder(graph, options);
  const nodes = built.nodes;
  const component = components(graph);
  const steps: Step[] = built.first().map((node) => ({ op: "bind", node }));
  const named = new Set<Node>();
  const uses = usesOf(graph);
  for (const root of graph.roots) {
    const node = built.nodeOf(root);
    if (node !== undefined && !isAlwaysInPlace(node)) named.add(node);
  }
  for (const node of nodes) {
    if (node !== undefined && uses[node.index]! > 1 && !isAlwaysInPlace(node)) named.add(node);
  }
  for (const node of nodes) if (node !== undefined) nameForStatements(node, named);
  nameDeep(graph, nodes, named);

  const bind = (node: Node): void => {
    steps.push({ op: "bind", node });
    for (const key of node.absent ?? []) steps.push({ op: "delete", node, key });
  };
  // a component is written when the walk leaves its first node: all that it needs has been written by then
  const membersOf = groupMembers(graph, nodes, component);
  leaveInOrder(graph, nodes, (node) => {
    const members = membersOf.get(node.index);
    if (members === undefined) {
      if (named.has(node) && (component === null || component[node.index] === node.index)) bind(node);
      return;
    }
    const opening = openComponent(members, graph.ends);
    if ("closed" in opening) {
      const keyPath = keyPathOf(graph, opening.closed.index);
      throw new PersistError(
        "PERSIST_UNSUPPORTED_VALUE",
        `${keyPath} is part of a cycle in which every member needs the others to be made first`,
        { keyPath },
      );
    }
    const { shells, others, nameAll } = opening;
    const patches = deferParts([...shells, ...others]);
    for (const shell of shells) {
      named.add(shell);
      bind(shell);
    }
    for (const other of others) {
      if (nameAll && !isAlwaysInPlace(other)) named.add(other);
      if (named.has(other)) bind(other);
    }
    steps.push(...patches);
  });

  const { imports, table, exports } = giveNames(graph, built, steps);
  return { imports, steps, arrays: built.arrays, exports, table };
}

/** How often each node is referred to. */
function usesOf({ count, edgeTargets }: Graph): Int32Array {
  const uses = new Int32Array(count).fill(1);
  for (const target of edgeTargets) uses[target]!++;
  return uses;
}

/** What is as short as a name, and has no identity of its own to keep. */
function isAlwaysInPlace({ create, kind }: Node): boolean {
  return create.form === "reference" || create.form === "row" || kind === "registered symbol";
}

/** Names what a statement of its own refers to, and the symbols of keys that are written more than once. */
function nameForStatements(node: Node, named: Set<Node>): void {
  if (node.absent !== undefined && node.absent.length > 0) named.add(node);
  for (const key of node.keys) if (key instanceof Node && !isAlwaysInPlace(key)) named.add(key);
}

/** Names nodes on paths of more than DEPTH levels, so that no expression is deeply nested. */
function nameDeep(graph: Graph, nodes: readonly (Node | undefined)[], named: Set<Node>): void {
  const { count, parents } = graph;
  const depths = new Int32Array(count);
  const heights = new Int32Array(count);
  const inPlace = new Int32Array(count); // levels up to the next name
  for (let i = 1; i < count; i++) depths[i] = depths[parents[i]!]! + 1;
  for (let i = count - 1; i > 0; i--) {
    const node = nodes[i];
    if (node === undefined) continue;
    if (depths[i]! + heights[i]! > DEPTH && inPlace[i]! >= LEVELS_AT_ONCE) named.add(node);
    const parent = parents[i]!;
    heights[parent] = Math.max(heights[parent]!, heights[i]! + 1);
    inPlace[parent] = Math.max(inPlace[parent]!, named.has(node) ? 0 : inPlace[i]! + 1);
  }
}

/** The members of each component with a cycle, by its first node; components of one node without a cycle are left out. */
function groupMembers(
  graph: Graph,
  nodes: readonly (Node | undefined)[],
  component: Int32Array | null,
): Map<number, Node[]> {
  const members = new Map<number, Node[]>();
  if (component === null) return members;
  for (let i = 1; i < graph.count; i++) {
    const node = nodes[i];
    if (node === undefined || isAlwaysInPlace(node)) continue;
    const first = component[i]!;
    const list = members.get(first);
    if (list === undefined) members.set(first, [node]);
    else list.push(node);
  }
  for (const [first, [node, ...more]] of members) {
    if (more.length === 0 && ![...childrenOf(node!)].includes(node!)) members.delete(first);
  }
  return members;
}

/** Calls `leave` for each node after all of its subtree. */
function leaveInOrder(graph: Graph, nodes: readonly (Node | undefined)[], leave: (node: Node) => void): void {
  const path: Node[] = [];
  for (const node of nodes) {
    if (node === undefined) continue;
    while (path.length > 0 && graph.ends[path.at(-1)!.index]! <= node.index) leave(path.pop()!);
    path.push(node);
  }
  while (path.length > 0) leave(path.pop()!);
}

/** Names what is bound: items by their own names, the rest by their keys, or by a place in one table when there are very many. */
function giveNames(
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

/** Turns representations into nodes, with nodes in place of their children. */
class Builder {
  readonly nodes: (Node | undefined)[];
  readonly references: Reference[] = [];
  readonly arrays: ArraySlot[] = [];
  /** The table of plain data, where there is one. */
  readonly table: Node | undefined;
  /** The key by which each node was reached, to be named after. */
  readonly hints: (string | undefined)[] = [];
  readonly #graph: Graph;
  readonly #options: ArrangeOptions;
  readonly #uses: Int32Array;
  readonly #blocks: Blocks;
  readonly #windows: ReadonlyMap<number, Window>;
  readonly #windowNodes: Map<Window, Node> = new Map<Window, Node>();
  readonly #slotNames: Set<string> = new Set<string>();
  /** Where the roots begin in the walk. */
  readonly #rootNodes: Map<unknown, Node> = new Map<unknown, Node>();

  constructor(graph: Graph, options: ArrangeOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#uses = usesOf(graph);
    this.#blocks = new Blocks(graph, options.readable === true);
    this.#windows = findWindows(graph);
    this.table = this.#tableNode();
    this.nodes = [undefined];
    for (let i = 1; i < graph.count; i++) this.nodes.push(this.#blocks.isInside(i) ? undefined : new Node(i));
    let cursor = 1;
    for (const [at, root] of graph.roots.entries()) {
      if (
        this.#rootNodes.has(root) ||
        (typeof root !== "object" && typeof root !== "function" && typeof root !== "symbol") ||
        root === null
      )
        continue;
      const known = graph.shared.get(root);
      const index = known ?? cursor;
      if (index === cursor) cursor = graph.ends[cursor]!;
      this.hints[index] ??= graph.rootNames[at];
      this.#rootNodes.set(root, this.#nodeAt(index));
    }
    for (const node of this.nodes) {
      if (node === undefined || node.create.form === "row") continue;
      if (this.#blocks.isRegion(node.index)) this.#buildRegion(node);
      else this.#build(node);
    }
  }

  #tableNode(): Node | undefined {
    const block = this.#blocks.table;
    if (block === undefined) return undefined;
    const node = new Node(0);
    node.create = { form: "json", block };
    return node;
  }

  /** The node of a number; a row of the table gets one when it is asked for. */
  #nodeAt(index: number): Node {
    const known = this.nodes[index];
    if (known !== undefined) return known;
    const node = new Node(index);
    node.kind = "row";
    node.create = { form: "row", table: this.table!, row: this.#blocks.rowOf(index) };
    this.nodes[index] = node;
    return node;
  }

  #buildRegion(node: Node): void {
    const text = this.#blocks.textOf(node.index);
    node.kind = "plain data";
    if ("block" in text) {
      node.create = { form: "json", block: text.block };
      return;
    }
    const members = text.members.map((member) =>
      "node" in member ? { key: member.key, value: this.nodes[member.node]! } : member,
    );
    node.create = { form: "members", isArray: text.isArray, members };
  }

  /** The node of a root; undefined for a primitive. */
  nodeOf(root: unknown): Node | undefined {
    return this.#rootNodes.get(root);
  }

  operandOf(root: unknown): Operand {
    return this.#rootNodes.get(root) ?? (root as Operand);
  }

  #build(node: Node): void {
    const graph = this.#graph;
    const representation =
      graph.representations.get(node.index) ?? representPlain(graph.values[node.index] as object);
    let cursor = node.index + 1;
    mapChildren(representation, (child, key) => {
      const known = graph.shared.get(child);
      const index = known === undefined || known === cursor ? cursor : known;
      if (index === cursor) {
        cursor = graph.ends[cursor]!;
        this.hints[index] = typeof key === "string" ? key : this.hints[node.index];
      }
      return this.#nodeAt(index);
    });
    node.kind = representation.kind;
    node.prototype = representation.prototype as Operand;
    node.entries = representation.entries as Operand[] | undefined;
    node.keys = representation.keys as (string | Node)[];
    node.values = representation.values as Operand[];
    node.attributes = representation.attributes;
    node.integrity = representation.integrity;
    node.absent = representation.absent;
    node.create = this.#creation(node, representation);
  }

  #creation(node: Node, { create }: Representation): PlanCreation {
    switch (create.form) {
      case "reference":
        if (create.reference.specifier !== undefined || create.reference.file !== undefined)
          this.references.push(create.reference);
        return create;
      case "view":
        return this.#view(node, create);
      case "numbers": {
        const content = this.#elements(node, create.elements);
        return content.form === "stored" ? { form: "list", slot: content.slot } : content;
      }
      case "buffer":
        return this.#buffer(node, create);
      case "ndarray": {
        const data = create.data as Node;
        if (
          this.#uses[data.index] === 1 &&
          create.attributes === undefined &&
          this.#standsAlone(data.index)
        ) {
          this.#drop(data);
          return this.#elements(node, create.elements());
        }
        const fields: [string, Operand | readonly number[]][] = [
          ["data", data],
          ["shape", create.shape],
          ["stride", create.stride],
          ["offset", create.offset],
          ["dtype", create.dtype],
        ];
        if (create.attributes !== undefined) fields.push(["attributes", create.attributes as Node]);
        return { form: "fields", fields };
      }
      default:
        return create;
    }
  }

  /** A view by its own elements where nobody else shows the same bytes; else as a view of the buffer that they share. */
  #view(node: Node, create: Extract<Creation, { form: "view" }>): PlanCreation {
    const window = this.#windows.get(node.index);
    if (create.elements !== undefined && this.#standsAlone(node.index)) {
      this.#drop(create.buffer as Node);
      return this.#elements(node, create.elements);
    }
    let buffer = create.buffer as Node;
    let { byteOffset } = create;
    if (window !== undefined) {
      this.#drop(buffer);
      buffer = this.#windowNode(window);
      byteOffset -= window.start;
    }
    const { length, tracking, type } = create;
    const args: unknown[] = [buffer];
    if (byteOffset > 0 || !tracking) args.push(byteOffset);
    if (!tracking) args.push(length);
    if (type === "Buffer") return { form: "call", callee: "Buffer.from", construct: false, args };
    return { form: "call", callee: type, construct: true, args };
  }

  /** Whether a view shows bytes that no other view of the graph shows, of a buffer that is nothing more. */
  #standsAlone(view: number): boolean {
    const window = this.#windows.get(view);
    if (window !== undefined) return window.views === 1;
    const { create } = this.#graph.representations.get(view)!;
    if (create.form !== "view" || create.elements === undefined) return false;
    const { buffer } = create;
    const index = buffer instanceof Node ? buffer.index : (this.#graph.shared.get(buffer) ?? view + 1);
    return this.nodes[index] !== undefined && this.#isOnlyUse(this.nodes[index]);
  }

  /** The buffer that stands for a window; it needs nothing, and is bound before all else. */
  #windowNode(window: Window): Node {
    const known = this.#windowNodes.get(window);
    if (known !== undefined) return known;
    const node = new Node(0);
    node.kind = "ArrayBuffer";
    const { bytes } = window;
    node.create = this.#buffer(node, {
      form: "buffer",
      type: "ArrayBuffer",
      byteLength: bytes.length,
      maxByteLength: undefined,
      data: bytes,
    });
    this.#windowNodes.set(window, node);
    return node;
  }

  /** What is bound before all else. */
  first(): Node[] {
    return [...(this.table === undefined ? [] : [this.table]), ...this.#windowNodes.values()];
  }

  /** Whether a buffer serves one view only, and is nothing more than its bytes. */
  #isOnlyUse(buffer: Node): boolean {
    const representation = this.#graph.representations.get(buffer.index);
    return (
      this.#uses[buffer.index] === 1 &&
      representation !== undefined &&
      representation.prototype === undefined &&
      representation.keys.length === 0 &&
      representation.integrity === "extensible"
    );
  }

  /** Leaves out a node and what hangs below it: another node holds what it stood for. */
  #drop(node: Node): void {
    for (let i = node.index; i < this.#graph.ends[node.index]!; i++) this.nodes[i] = undefined;
  }

  #elements(node: Node, array: ArrayElements): Content {
    const count =
      array.shape === undefined ? array.length : array.shape.reduce((product, extent) => product * extent, 1);
    if (count <= this.#options.arrayThreshold) return { form: "inline", array: copyOf(array) };
    const slot: ArraySlot = { name: this.#slotName(this.hints[node.index] ?? "array"), array };
    this.arrays.push(slot);
    return { form: "stored", slot };
  }

  /** A buffer by its bytes: in the text, or as an array file of bytes. */
  #buffer(
    node: Node,
    { type, byteLength, maxByteLength, data }: Extract<Creation, { form: "buffer" }>,
  ): PlanCreation {
    const isZero = data.every((byte) => byte === 0);
    // shared memory may change while it is written, so it is copied now
    const bytes =
      type === "SharedArrayBuffer" || byteLength <= this.#options.arrayThreshold ? data.slice() : data;
    const elements: ArrayElements = {
      type: "Uint8Array",
      view: "Uint8Array",
      dtype: "uint8",
      shape: undefined,
      length: byteLength,
      data: bytes,
    };
    if (isZero) return { form: "buffer", type, byteLength, maxByteLength, content: undefined };
    return { form: "buffer", type, byteLength, maxByteLength, content: this.#elements(node, elements) };
  }

  /** A name that is safe for a file, and differs from the others in more than case. */
  #slotName(wish: string): string {
    const base =
      wish
        .replace(/[^A-Za-z0-9_$-]+/g, "_")
        .slice(0, 60)
        .replace(/^[-_]+/, "") || "array";
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : `${base}_${n}`;
      const folded = name.toLowerCase();
      if (this.#slotNames.has(folded)) continue;
      this.#slotNames.add(folded);
      return name;
    }
  }
}

/** The elements as they are now: the text is written later. */
function copyOf(array: ArrayElements): ArrayElements {
  return { ...array, data: array.data.slice() };
}
