// The helper `link`: replaces each `{"$": n}` in the rows of a graph by row n.

import { hasOwn, isObject, isTypedArray, objectKeys } from "../natives.ts";
import type { Call } from "./callee.ts";

export function link(call: Call): unknown {
  const { origins, budget } = call.reader;
  const rows = call.list(0);
  const mark = call.string(1);
  const stack: Record<string, unknown>[] = [rows as never];
  for (let depth = 1; depth > 0;) {
    const holder = stack[--depth]!;
    const keys = objectKeys(holder);
    budget.work(keys.length + 1);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const value = origins.wild ? origins.read(holder, key, call.at) : holder[key];
      if (!isObject(value) || typeof value === "function" || isTypedArray(value)) continue;
      if (origins.of(value) !== undefined)
        call.refuse("linking inside of something that this archive has not made");
      if (hasOwn(value, mark)) holder[key] = row(call, rows, origins.read(value, mark, call.at));
      else stack[depth++] = value as never;
    }
  }
  return rows;
}

function row(call: Call, rows: unknown[], index: unknown): unknown {
  if (typeof index !== "number" || !hasOwn(rows, index)) call.refuse("a link to a row that is not there");
  return call.element(rows, index);
}
