// Writes plain data as JSON, with a stack of its own, walking in the order of the survey: so it knows each object's number.

import { isArray, objectKeys } from "../represent/primordials.ts";
import type { JsonWriter } from "./json-writer.ts";
import type { Graph } from "./survey.ts";

/** What fits in a line is not broken. */
const LINE_WIDTH = 100;

/** Where an object stands in for itself: its row, or -1 when it is written in place. */
export interface Rows {
  readonly rowOf: Int32Array;
  /** The key of `{"$": n}`. */
  readonly mark: string;
}

/** The children of one object that are being written. */
interface Frame {
  readonly object: object;
  readonly keys: readonly string[] | null;
  readonly end: number;
  readonly breaks: boolean;
  position: number;
}

export class JsonText {
  readonly #graph: Graph;
  readonly #writer: JsonWriter;
  readonly #rows: Rows | undefined;

  constructor(graph: Graph, writer: JsonWriter, rows: Rows | undefined) {
    this.#graph = graph;
    this.#writer = writer;
    this.#rows = rows;
  }

  /** Writes a node with all that hangs below it. */
  node(index: number): void {
    const object = this.#graph.values[index] as object;
    const count = isArray(object) ? object.length : objectKeys(object).length;
    this.#write(object, index, 0, count);
  }

  /** Writes some of a node's elements or properties, as an array or object of their own; `first` is the number of the first child among them. */
  part(index: number, from: number, to: number, first: number): void {
    this.#write(this.#graph.values[index] as object, index, from, to, first);
  }

  #write(root: object, index: number, from: number, to: number, first: number = index + 1): void {
    const graph = this.#graph;
    const writer = this.#writer;
    const { shared, ends, weights } = graph;
    const rows = this.#rows;
    const probe = rows !== undefined && shared.size > 0;
    let cursor = first;
    const stack: Frame[] = [];
    let frame = open(root, weights[index]! > LINE_WIDTH, from, to);
    for (;;) {
      const { object, keys, end } = frame;
      if (frame.position === end) {
        writer.raw(keys === null ? "]" : "}");
        const outer = stack.pop();
        if (outer === undefined) return;
        frame = outer;
        continue;
      }
      const at = frame.position++;
      let value: unknown;
      let isFirst: boolean;
      if (keys === null) {
        value = (object as unknown[])[at];
        isFirst = at === (stack.length === 0 ? from : 0);
        const isObject = typeof value === "object" && value !== null;
        if (!isFirst) writer.separator(frame.breaks && isObject);
        else if (frame.breaks && isObject) writer.newLine();
      } else {
        const key = keys[at]!;
        value = (object as Record<string, unknown>)[key];
        isFirst = at === (stack.length === 0 ? from : 0);
        if (!isFirst) writer.separator(false);
        writer.key(key);
      }
      switch (typeof value) {
        case "string":
          writer.string(value);
          break;
        case "number":
          writer.number(value);
          break;
        case "boolean":
          writer.raw(value ? "true" : "false");
          break;
        default: {
          if (value === null) {
            writer.raw("null");
            break;
          }
          const child = value as object;
          const known = probe ? shared.get(child) : undefined;
          const node = known ?? cursor;
          if (node === cursor) cursor = ends[cursor]!;
          const row = rows === undefined ? -1 : rows.rowOf[node]!;
          if (row >= 0) {
            writer.raw("{");
            writer.key(rows!.mark);
            writer.number(row);
            writer.raw("}");
            break;
          }
          cursor = node + 1;
          const length = isArray(child) ? child.length : -1;
          stack.push(frame);
          frame = open(child, weights[node]! > LINE_WIDTH, 0, length);
        }
      }
    }

    function open(object: object, breaks: boolean, start: number, stop: number): Frame {
      const keys = isArray(object) ? null : objectKeys(object);
      writer.raw(keys === null ? "[" : "{");
      return {
        object,
        keys,
        end: keys !== null && stop === -1 ? keys.length : stop,
        breaks,
        position: start,
      };
    }
  }
}
