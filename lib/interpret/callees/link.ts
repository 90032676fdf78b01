// The helper `link`: replaces each `{"$": n}` in the rows of a graph by row n.

import { isIntrinsicPrototype } from "../../intrinsics.ts";
import {
  ArrayPrototype,
  getPrototypeOf,
  hasOwn,
  isObject,
  isTypedArray,
  objectKeys,
  ObjectPrototype,
} from "../natives.ts";
import type { Call } from "./callee.ts";

export function link(call: Call): unknown {
  const { origins, budget } = call.reader;
  const rows = call.list(0);
  const mark = call.string(1);
  const stack: Record<string, unknown>[] = [];
  let depth = 0;
  for (let i = 0; i < rows.length; i++) {
    const holder = call.element(rows, i);
    if (mayHold(call, holder)) stack[depth++] = holder;
  }
  while (depth > 0) {
    const holder = stack[--depth]!;
    const keys = objectKeys(holder);
    budget.work(keys.length + 1);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const value = origins.wild ? origins.read(holder, key, call.at) : holder[key];
      if (!mayHold(call, value)) continue;
      if (hasOwn(value, mark)) holder[key] = row(call, rows, origins.read(value, mark, call.at));
      else stack[depth++] = value;
    }
  }
  return rows;
}

/** Whether a value is an object to be looked into; refuses those where the helper would look into something else as well. */
function mayHold(call: Call, value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || typeof value === "function" || isTypedArray(value)) return false;
  const prototype = getPrototypeOf(call.checkOwn(value));
  if (
    prototype !== ObjectPrototype &&
    prototype !== ArrayPrototype &&
    prototype !== null &&
    !isIntrinsicPrototype(prototype)
  ) {
    call.refuse("linking of objects that inherit from others");
  }
  return true;
}

function row(call: Call, rows: unknown[], index: unknown): unknown {
  if (typeof index !== "number" || !hasOwn(rows, index)) call.refuse("a link to a row that is not there");
  return call.element(rows, index);
}
