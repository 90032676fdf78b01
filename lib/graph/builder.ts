// Turns what the survey found into the nodes of a plan: gives every node its operands, and decides how it is created.

import { representPlain } from "../represent/represent.ts";
import type { ArrayElements, Creation, Reference, Representation } from "../represent/representation.ts";
import { Blocks } from "./blocks.ts";
import { isNodeValue, mapChildren } from "./children.ts";
import { Node } from "./node.ts";
import type { ArraySlot, Content, Operand, PlanCreation } from "./plan.ts";
import type { Graph } from "./survey.ts";
import { findWindows, type Window } from "./windows.ts";

export interface BuildOptions {
  /** Arrays with more elements are stored outside; Infinity keeps all in the text. */
  readonly arrayThreshold: number;
  /** Writes all plain data as literals, none as JSON text. */
  readonly readable?: boolean | undefined;
  /** Shared memory, which others may write to at any time, is copied now; `live`: the caller sees to it that it stays as it is. */
  readonly sharedMemory?: "copied" | "live" | undefined;
}

/** Turns representations into nodes, with nodes in place of their children. */
export class Builder {
  readonly nodes: (Node | undefined)[];
  /** How often each node is referred to. */
  readonly uses: Int32Array;
  readonly references: Reference[] = [];
  readonly arrays: ArraySlot[] = [];
  /** The table of plain data, where there is one. */
  readonly table: Node | undefined;
  /** Whether some plain data is written as JSON text. */
  readonly hasBlocks: boolean;
  /** The key by which each node was reached, to be named after. */
  readonly hints: (string | undefined)[] = [];
  readonly #graph: Graph;
  readonly #options: BuildOptions;
  readonly #blocks: Blocks;
  readonly #windows: ReadonlyMap<number, Window>;
  readonly #windowNodes: Map<Window, Node> = new Map<Window, Node>();
  readonly #slotNames: Set<string> = new Set<string>();
  /** Where the roots begin in the walk. */
  readonly #rootNodes: Map<unknown, Node> = new Map<unknown, Node>();

  constructor(graph: Graph, options: BuildOptions) {
    this.#graph = graph;
    this.#options = options;
    this.uses = usesOf(graph);
    this.#blocks = new Blocks(graph, options.readable === true);
    this.#windows = findWindows(graph);
    this.table = this.#tableNode();
    this.hasBlocks = this.#blocks.isAny;
    this.nodes = [undefined];
    for (let i = 1; i < graph.count; i++) this.nodes.push(this.#blocks.isInside(i) ? undefined : new Node(i));
    let cursor = 1;
    for (const [at, root] of graph.roots.entries()) {
      if (!isNodeValue(root) || this.#rootNodes.has(root)) continue;
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
        if (this.uses[data.index] === 1 && create.attributes === undefined && this.#standsAlone(data.index)) {
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
      this.uses[buffer.index] === 1 &&
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
    // others may change shared memory while it is written
    const isCopied = type === "SharedArrayBuffer" && this.#options.sharedMemory !== "live";
    const bytes = isCopied || byteLength <= this.#options.arrayThreshold ? data.slice() : data;
    const elements: ArrayElements = {
      type: "Uint8Array",
      view: "Uint8Array",
      dtype: "uint8",
      shape: undefined,
      length: byteLength,
      data: bytes,
    };
    if (isZero(bytes)) return { form: "buffer", type, byteLength, maxByteLength, content: undefined };
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

const ZEROS = new Uint8Array(64 * 1024);

function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length);
    if (Buffer.compare(piece, ZEROS.subarray(0, piece.length)) !== 0) return false;
  }
  return true;
}

/** The elements as they are now: the text is written later. */
function copyOf(array: ArrayElements): ArrayElements {
  return { ...array, data: array.data.slice() };
}

function usesOf({ count, edgeTargets }: Graph): Int32Array {
  const uses = new Int32Array(count).fill(1);
  for (const target of edgeTargets) uses[target]!++;
  return uses;
}
