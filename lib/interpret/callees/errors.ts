// The Error family.

import { intrinsicRoot } from "../../intrinsics.ts";
import { construct, hasOwn, isObject, iteratorSymbol } from "../natives.ts";
import type { Call, Entries, Entry } from "./callee.ts";

const aggregate = AggregateError;
const domException = intrinsicRoot("DOMException")!.value as Function;

/** An empty list that is gone through without the iterator of arrays, which a program may have replaced. */
const nothing = { [iteratorSymbol]: () => ({ next: () => ({ done: true }) }) };

/** The options with just the cause, so that nothing else is looked up in them; undefined when there is none. */
function options(call: Call, i: number): { cause: unknown } | undefined {
  const given = call.args[i];
  if (!isObject(given)) return undefined;
  const own = call.checkOwn(given);
  return hasOwn(own, "cause") ? { cause: call.reader.origins.read(own, "cause", call.at) } : undefined;
}

function entry(constructor: Function): Entry {
  return {
    mode: "either",
    run: (call) => {
      call.reader.budget.nodes(1);
      return construct(constructor, [call.primitive(0), options(call, 1)], call.newTarget ?? constructor);
    },
  };
}

export const errorCallees: Entries = {
  Error: entry(Error),
  EvalError: entry(EvalError),
  RangeError: entry(RangeError),
  ReferenceError: entry(ReferenceError),
  SyntaxError: entry(SyntaxError),
  TypeError: entry(TypeError),
  URIError: entry(URIError),
  AggregateError: {
    mode: "either",
    run: (call) => {
      call.reader.budget.nodes(1);
      const given = call.list(0);
      const errors: unknown[] = [];
      for (let i = 0; i < given.length; i++) errors[i] = call.element(given, i);
      const error = construct(
        aggregate,
        [nothing, call.primitive(1), options(call, 2)],
        call.newTarget ?? aggregate,
      ) as AggregateError;
      error.errors = errors;
      return error;
    },
  },
  DOMException: {
    mode: "new",
    run: (call) => {
      call.reader.budget.nodes(1);
      const name = isObject(call.args[1]) ? call.refuse("options of a DOMException") : call.args[1];
      const args = name === undefined ? [call.primitive(0)] : [call.primitive(0), name];
      return construct(domException, args);
    },
  },
};
