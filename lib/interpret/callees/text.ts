// `JSON.parse` of a block, and URLs.

import { charCodeAt, construct, isObject, parseJSON } from "../natives.ts";
import type { Call, Entries } from "./callee.ts";

const constructors = { URL, URLSearchParams } as const;

/** Charges the objects and elements of JSON text, where they could cross a limit. */
function charge(call: Call, text: string): void {
  const { budget } = call.reader;
  if (!budget.mustCount(text)) return;
  let nodes = 0;
  let elements = 0;
  for (let i = 0, inString = false; i < text.length; i++) {
    const c = charCodeAt(text, i);
    if (c === 0x22) inString = !inString;
    else if (inString) i += c === 0x5c ? 1 : 0;
    else if (c === 0x5b || c === 0x7b) nodes++;
    else if (c === 0x2c) elements++;
  }
  budget.nodes(nodes);
  budget.elements(elements + nodes);
}

export const textCallees: Entries = {
  "JSON.parse": {
    mode: "call",
    run: (call) => {
      const text = call.string(0);
      if (isObject(call.args[1])) call.refuse("`JSON.parse` with a function");
      charge(call, text);
      return parseJSON(text);
    },
  },
  URL: {
    mode: "new",
    run: (call) => {
      call.reader.budget.nodes(1);
      const args = call.args[1] === undefined ? [call.string(0)] : [call.string(0), call.string(1)];
      return construct(constructors.URL, args, call.newTarget ?? constructors.URL);
    },
  },
  URLSearchParams: {
    mode: "new",
    run: (call) => {
      call.reader.budget.nodes(1);
      const { URLSearchParams: constructor } = constructors;
      const target = call.newTarget ?? constructor;
      const first = call.args[0];
      if (first === undefined || first === null) return construct(constructor, [], target);
      if (typeof first === "string") return construct(constructor, [first], target);
      const list = call.list(0);
      const pairs: string[][] = [];
      for (let i = 0; i < list.length; i++) {
        const pair = call.checkList(call.element(list, i));
        const key = call.element(pair, 0);
        const value = call.element(pair, 1);
        if (pair.length !== 2 || typeof key !== "string" || typeof value !== "string")
          return call.refuse("a pair that is not two strings");
        pairs[i] = [key, value];
      }
      return construct(constructor, [pairs], target);
    },
  },
};
