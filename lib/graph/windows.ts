// Views into memory that is not the caller's as a whole: Node's pool of Buffers, the mapping of a file. Only what the views show may be written, or
// other data of the process would come along. Views that overlap still share their bytes.

import type { Creation } from "../represent/representation.ts";
import type { Graph } from "./survey.ts";

/** A part of a buffer that some views share, in bytes. */
export interface Window {
  readonly start: number;
  readonly end: number;
  /** How many views show it. */
  readonly views: number;
  readonly bytes: Uint8Array;
}

type View = Extract<Creation, { form: "view" }>;

/** The window of each view into such memory, by the view's node. A buffer that the graph holds for itself has none: it is the caller's, whole. */
export function findWindows(graph: Graph): ReadonlyMap<number, Window> {
  const buffers = new Map<unknown, { node: number; create: View }[]>();
  const uses = new Map<unknown, number>();
  for (const [node, { create }] of graph.representations) {
    if (create.form !== "view") continue;
    uses.set(create.buffer, (uses.get(create.buffer) ?? 0) + 1);
    if (!create.isWindow || create.elements === undefined) continue;
    const views = buffers.get(create.buffer);
    if (views === undefined) buffers.set(create.buffer, [{ node, create }]);
    else views.push({ node, create });
  }
  const windows = new Map<number, Window>();
  for (const [buffer, views] of buffers) {
    const count = views.length;
    const isShown = uses.get(buffer) === count && edgesTo(graph, buffer) === count;
    if (isShown) group(views, windows);
  }
  return windows;
}

function edgesTo(graph: Graph, value: unknown): number {
  const node = graph.shared.get(value);
  return node === undefined
    ? 1
    : 1 + graph.edgeTargets.reduce((count, target) => count + (target === node ? 1 : 0), 0);
}

/** Joins views that overlap. */
function group(views: { node: number; create: View }[], windows: Map<number, Window>): void {
  const extents = views
    .map(({ node, create }) => ({
      node,
      start: create.byteOffset,
      end: create.byteOffset + create.elements!.data.byteLength,
      create,
    }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
  for (let first = 0; first < extents.length;) {
    const { start, create } = extents[first]!;
    let end = extents[first]!.end;
    let next = first + 1;
    for (; next < extents.length && extents[next]!.start < end; next++)
      end = Math.max(end, extents[next]!.end);
    const bytes = new Uint8Array(create.elements!.data.buffer, start, end - start);
    const window: Window = { start, end, views: next - first, bytes };
    for (; first < next; first++) windows.set(extents[first]!.node, window);
  }
}
