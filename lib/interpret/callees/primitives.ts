// Calls that turn primitives into other primitives, and those that box them.

import { construct, isObject, symbolFor, toBigInt, toNumber, toObject, toText } from "../natives.ts";
import type { Call, Entries } from "./callee.ts";

const makeSymbol = Symbol;
const boxes = { String, Number, Boolean } as const;
const ObjectConstructor = Object;
const DateConstructor = Date;
const RegExpConstructor = RegExp;

/** `new String("s")`. */
function box(constructor: Function, call: Call): object {
  call.reader.budget.nodes(1);
  const args: unknown[] = [];
  if (call.args.length > 0) args[0] = call.primitive(0);
  return construct(constructor, args, call.newTarget ?? constructor);
}

export const primitiveCallees: Entries = {
  Symbol: {
    mode: "call",
    run: (call) => {
      const description = call.primitive(0);
      return description === undefined ? makeSymbol() : makeSymbol(toText(description));
    },
  },
  "Symbol.for": { mode: "call", run: (call) => symbolFor(call.primitive(0) as string) },
  Object: {
    mode: "either",
    run: (call) => {
      const value = call.args[0];
      call.reader.budget.nodes(1);
      if (call.newTarget !== undefined && call.newTarget !== ObjectConstructor)
        return construct(ObjectConstructor, [], call.newTarget);
      return isObject(value) ? value : toObject(value);
    },
  },
  String: {
    mode: "either",
    run: (call) =>
      call.isNew ? box(boxes.String, call) : call.args.length === 0 ? "" : toText(call.primitive(0)),
  },
  Number: {
    mode: "either",
    run: (call) =>
      call.isNew
        ? box(boxes.Number, call)
        : call.args.length === 0
          ? 0
          : toNumber(call.primitive(0) as string),
  },
  Boolean: {
    mode: "either",
    run: (call) => (call.isNew ? box(boxes.Boolean, call) : Boolean(call.args[0])),
  },
  BigInt: {
    mode: "call",
    run: (call) => {
      const value = call.primitive(0);
      if (typeof value === "string") {
        call.reader.budget.digits(value.length);
        call.reader.budget.work(3 * value.length); // it takes longer than other conversions
      }
      return toBigInt(value as string);
    },
  },
  Date: {
    mode: "new",
    run: (call) => {
      call.reader.budget.nodes(1);
      if (call.args.length === 0) call.refuse("`new Date()`, the time of reading");
      const args: unknown[] = [];
      for (let i = 0; i < call.args.length; i++) args[i] = call.primitive(i);
      return construct(DateConstructor, args, call.newTarget ?? DateConstructor);
    },
  },
  RegExp: {
    mode: "either",
    run: (call) => {
      call.reader.budget.nodes(1);
      const args: unknown[] = [];
      for (let i = 0; i < call.args.length && i < 2; i++) args[i] = call.primitive(i);
      return construct(RegExpConstructor, args, call.newTarget ?? RegExpConstructor);
    },
  },
};
