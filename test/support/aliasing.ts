// Views whose buffer does not count but whose sharing does: a Buffer of Node's pool is the bytes that it shows, and the
// other bytes of the pool are nobody's. Two such views that overlap must overlap in the same way on the other side.
import { pathOf } from "./place.ts";
import type { Place } from "./place.ts";
import type { ViewSlots } from "./slots.ts";

export interface AliasedPair {
  a: ViewSlots;
  b: ViewSlots;
  place: Place | null;
}

/** One sentence on the first pair of views that share memory on one side only, or null. */
export function aliasingDifference(pairs: AliasedPair[]): string | null {
  return oneWay(pairs, "a", "b") ?? oneWay(pairs, "b", "a");
}

function oneWay(pairs: AliasedPair[], from: "a" | "b", to: "a" | "b"): string | null {
  const byBuffer = new Map<ArrayBufferLike, AliasedPair[]>();
  for (const pair of pairs) {
    if (pair[from].byteLength === 0) continue;
    const list = byBuffer.get(pair[from].buffer);
    if (list === undefined) byBuffer.set(pair[from].buffer, [pair]);
    else list.push(pair);
  }
  for (const list of byBuffer.values()) {
    list.sort((x, y) => x[from].byteOffset - y[from].byteOffset);
    let furthest: AliasedPair | null = null; // The view so far that reaches furthest.
    for (const pair of list) {
      const here = pair[from];
      if (furthest !== null && here.byteOffset < furthest[from].byteOffset + furthest[from].byteLength) {
        const before = furthest[to];
        const there = pair[to];
        const shift = here.byteOffset - furthest[from].byteOffset;
        if (before.buffer !== there.buffer || there.byteOffset - before.byteOffset !== shift)
          return `${pathOf(pair.place)}: shares memory with ${pathOf(furthest.place)} on one side only`;
      }
      if (furthest === null || end(here) > end(furthest[from])) furthest = pair;
    }
  }
  return null;
}

function end(view: ViewSlots): number {
  return view.byteOffset + view.byteLength;
}
