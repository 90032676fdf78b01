// Chooses the plain data that is written as JSON text: large subtrees in pieces that an engine parses quickly, and large graphs with sharing, cycles or
// depth as the rows of one table, which refer to each other by number. Encodes them at once, so that the plan keeps nothing of the caller's objects.

import { isArray, objectKeys } from "../represent/primordials.ts";
import { JsonText, type Rows } from "./json-text.ts";
import { JsonWriter } from "./json-writer.ts";
import type { JsonBlock, Primitive } from "./plan.ts";
import { impureNodes } from "./purity.ts";
import type { Graph } from "./survey.ts";

/** Plain data below this size is written as a literal, which reads better. */
const LEAST_CHARACTERS = 10_000;
/** Pieces of 64 to 512 kB load fastest. V8 gives a string of more than 128 kB memory of its own, which `restore` would have to take for each piece. */
const PIECE_CHARACTERS = 120_000;
/** Rows are cut where they grow longer, so that a table has many of them. */
const ROW_CHARACTERS = 32_000;
/** A few small members beside large ones are written as literals. */
const LITERAL_CHARACTERS = 1_000;
/** A region that is deeper goes into the table, in rows of less than this depth. */
const DEPTH = 200;

/** A region's text: whole, or in members for what is too large for one piece. */
export type RegionText =
  { readonly block: JsonBlock } | { readonly isArray: boolean; readonly members: readonly Member[] };

/** A run of small members, to be spread; a large one, which is a region of its own; or one among few that are written as literals. */
export type Member =
  | JsonBlock
  | { readonly key: string | number; readonly node: number }
  | { readonly key: string | number; readonly value: Primitive };

export class Blocks {
  readonly #graph: Graph;
  readonly #writer: JsonWriter = new JsonWriter();
  /** The root of the region that each node lies in; 0 outside of regions. */
  readonly #regionOf: Int32Array;
  readonly #rows: Rows | undefined;
  /** Whether anything is written as JSON text. */
  readonly isAny: boolean = false;
  /** The regions that are too large for one piece. */
  readonly #cuts: Map<number, RegionText> = new Map<number, RegionText>();
  /** The rows of all regions that are linked with others or among themselves. */
  readonly table: JsonBlock | undefined;

  constructor(graph: Graph, isReadable: boolean) {
    this.#graph = graph;
    this.#regionOf = new Int32Array(graph.count);
    if (isReadable) return;
    const impure = impureNodes(graph);
    const regions = this.#chooseRegions(impure, (node) => graph.weights[node]! >= LEAST_CHARACTERS);
    if (regions === 0) return;
    this.isAny = true;
    const linked = this.#linkedRegions(impure);
    if (linked.size > 0) {
      this.#rows = { rowOf: this.#chooseRows(linked), mark: markFor(graph.dollarKeys) };
      this.table = this.#encodeRows(this.#rows);
    }
    for (let node = 1; node < graph.count; node++)
      if (graph.weights[node]! > PIECE_CHARACTERS && this.isRegion(node))
        this.#cuts.set(node, this.#cut(node));
  }

  /** Whether a node is written as a part of a region's text, or is a region that stands in the table. */
  isInside(node: number): boolean {
    const region = this.#regionOf[node]!;
    if (region === 0) return false;
    if (this.#rows !== undefined && this.#rows.rowOf[region]! >= 0) return true;
    return node !== region && this.#graph.weights[node]! <= PIECE_CHARACTERS;
  }

  /** Whether a node is a region, or a large part of one, that is written where it stands. */
  isRegion(node: number): boolean {
    return this.#regionOf[node] !== 0 && !this.isInside(node);
  }

  /** The row of a node in the table; -1 when it has none. */
  rowOf(node: number): number {
    return this.#rows?.rowOf[node] ?? -1;
  }

  /** The text of a region. */
  textOf(node: number): RegionText {
    const cut = this.#cuts.get(node);
    if (cut !== undefined) return cut;
    new JsonText(this.#graph, this.#writer, undefined).node(node);
    return { block: { shape: "value", pieces: [this.#writer.take()], mark: undefined } };
  }

  /** Makes regions of the largest pure subtrees that pass the test. */
  #chooseRegions(impure: Uint8Array, isLarge: (node: number) => boolean): number {
    const { count, ends } = this.#graph;
    let regions = 0;
    for (let node = 1; node < count; node++) {
      if (impure[node] === 1 || this.#regionOf[node] !== 0) continue;
      if (isLarge(node)) {
        this.#regionOf.fill(node, node, ends[node]);
        regions++;
      }
      node = ends[node]! - 1;
    }
    return regions;
  }

  /** The regions that need the table: they share nodes with others, have shared nodes or cycles inside, or are deep. */
  #linkedRegions(impure: Uint8Array): Set<number> {
    const { edgeSources, edgeTargets, shared, ends } = this.#graph;
    const regionOf = this.#regionOf;
    // a region may only refer to what is in the table too
    const reachesOut = edgeSources.some(
      (source, e) => regionOf[source] !== 0 && regionOf[edgeTargets[e]!] === 0,
    );
    if (reachesOut) {
      const parts = new Set([...shared.values()].filter((node) => impure[node] === 0));
      this.#chooseRegions(impure, (node) => {
        for (let inside = node; inside < ends[node]!; inside++) if (parts.has(inside)) return true;
        return false;
      });
    }
    const linked = new Set<number>();
    for (let e = 0; e < edgeSources.length; e++) {
      const [source, target] = [regionOf[edgeSources[e]!]!, regionOf[edgeTargets[e]!]!];
      if (target === 0 || (source === 0 && target === edgeTargets[e])) continue;
      linked.add(target);
      if (source !== 0) linked.add(source);
    }
    for (const region of this.#deepRegions()) linked.add(region);
    return linked;
  }

  #deepRegions(): Set<number> {
    const { count, parents } = this.#graph;
    const deep = new Set<number>();
    const heights = new Int32Array(count);
    for (let node = count - 1; node > 0; node--) {
      const region = this.#regionOf[node]!;
      if (region === 0) continue;
      if (heights[node]! >= DEPTH) deep.add(region);
      const parent = parents[node]!;
      heights[parent] = Math.max(heights[parent]!, heights[node]! + 1);
    }
    return deep;
  }

  /** Numbers the rows: what is shared, the regions themselves, and cuts where a row would be long or deep. */
  #chooseRows(linked: ReadonlySet<number>): Int32Array {
    const { count, parents, weights, shared } = this.#graph;
    const rowOf = new Int32Array(count).fill(-1);
    const sizes = weights.slice();
    for (let node = count - 1; node > 0; node--) sizes[parents[node]!]! -= weights[node]!;
    const heights = new Int32Array(count);
    const isShared = new Uint8Array(count);
    for (const node of shared.values()) isShared[node] = 1;
    for (let node = count - 1; node > 0; node--) {
      const region = this.#regionOf[node]!;
      if (!linked.has(region)) continue;
      const parent = parents[node]!;
      if (
        node === region ||
        isShared[node] === 1 ||
        sizes[node]! >= ROW_CHARACTERS ||
        heights[node]! >= DEPTH - 1
      ) {
        rowOf[node] = 0;
        sizes[parent]! += 12;
      } else {
        sizes[parent]! += sizes[node]!;
        heights[parent] = Math.max(heights[parent]!, heights[node]! + 1);
      }
    }
    let rows = 0;
    for (let node = 1; node < count; node++) if (rowOf[node] === 0) rowOf[node] = rows++;
    return rowOf;
  }

  #encodeRows(rows: Rows): JsonBlock {
    const writer = this.#writer;
    const text = new JsonText(this.#graph, writer, rows);
    const pieces: Uint8Array[] = [];
    for (let node = 1; node < this.#graph.count; node++) {
      if (rows.rowOf[node] === -1) continue;
      if (writer.length === 0) writer.raw("[");
      else writer.separator(true);
      text.node(node);
      if (writer.length > PIECE_CHARACTERS) {
        writer.raw("]");
        pieces.push(writer.take());
      }
    }
    if (writer.length > 0) {
      writer.raw("]");
      pieces.push(writer.take());
    }
    return { shape: "rows", pieces, mark: rows.mark };
  }

  /**
   * Cuts a node that is too large for one piece: runs of small members, and large members by themselves. A run of a few hundred characters is left to be written
   * as literals, unless it is what remains of a long one.
   */
  #cut(node: number): RegionText {
    const { values, ends, weights } = this.#graph;
    const text = new JsonText(this.#graph, this.#writer, undefined);
    const object = values[node] as object;
    const isList = isArray(object);
    const keys = isList ? null : objectKeys(object);
    const count = isList ? object.length : keys!.length;
    const members: Member[] = [];
    let cursor = node + 1;
    let run = { from: 0, first: cursor, weight: 0 };
    const keyAt = (at: number): string | number => (isList ? at : keys![at]!);
    const valueAt = (at: number): unknown => (object as Record<string | number, unknown>)[keyAt(at)];
    const pushLiterals = (to: number): void => {
      let child = run.first;
      for (let at = run.from; at < to; at++) {
        const [key, value] = [keyAt(at), valueAt(at)];
        if (typeof value !== "object" || value === null) members.push({ key, value: value as Primitive });
        else {
          members.push({ key, node: child });
          this.#regionOf.fill(0, child, ends[child]);
          child = ends[child]!;
        }
      }
    };
    const flush = (to: number): void => {
      const last = members.at(-1);
      const isRest = last !== undefined && !("key" in last);
      if (run.weight < LITERAL_CHARACTERS && !isRest) pushLiterals(to);
      else if (to > run.from) {
        text.part(node, run.from, to, run.first);
        members.push({ shape: isList ? "array" : "object", pieces: [this.#writer.take()], mark: undefined });
      }
      run = { from: to, first: cursor, weight: 0 };
    };
    for (let at = 0; at < count; at++) {
      const value = valueAt(at);
      if (typeof value !== "object" || value === null) {
        run.weight += typeof value === "string" ? value.length : 10;
      } else {
        const child = cursor;
        if (weights[child]! > PIECE_CHARACTERS) {
          flush(at);
          members.push({ key: keyAt(at), node: child });
          cursor = ends[child]!;
          run = { from: at + 1, first: cursor, weight: 0 };
          continue;
        }
        run.weight += weights[child]!;
        cursor = ends[child]!;
      }
      if (run.weight > PIECE_CHARACTERS) flush(at + 1);
    }
    flush(count);
    return { isArray: isList, members };
  }
}

/** A key that the data itself does not use. */
function markFor(dollarKeys: ReadonlySet<string>): string {
  let mark = "$";
  while (dollarKeys.has(mark)) mark += "$";
  return mark;
}
