// Arrays, Maps and Sets. Their own methods are never looked up: entries are put in by the intrinsic ones.

import { isIntrinsicPrototype } from "../../intrinsics.ts";
import {
  construct,
  define,
  getPrototypeOf,
  hasOwn,
  isArray,
  isMap,
  isSet,
  isTypedArray,
  iteratorSymbol,
  mapSet,
  setAdd,
  setHas,
  typedArrayLength,
} from "../natives.ts";
import { makeSparse, writeMember } from "../members.ts";
import type { Call, Entries } from "./callee.ts";

const constructors = { Array, Map, Set } as const;

/** An instance of a collection, or of the class that `Reflect.construct` names; a list cannot go with that, for the class could override `set`. */
function make(call: Call, constructor: Function): object {
  call.reader.budget.nodes(1);
  return construct(constructor, [], call.newTarget ?? constructor);
}

function entries(call: Call): unknown[] | undefined {
  const list = call.args[0];
  if (list === undefined || list === null) return undefined;
  if (call.newTarget !== undefined)
    call.refuse("entries for a subclass, which could override the method that takes them");
  return call.list(0);
}

/** Arguments `i` and `i + 1` as key and value of a Map. */
export function setInMap(call: Call, map: object, i: number): object {
  mapSet(map as Map<unknown, unknown>, call.args[i], call.args[i + 1]);
  return map;
}

export function addToSet(call: Call, set: object, i: number): object {
  setAdd(set as Set<unknown>, call.args[i]);
  return set;
}

function makeArray(call: Call): object {
  const array = make(call, constructors.Array) as unknown[];
  const { args, reader } = call;
  if (args.length === 1 && typeof args[0] === "number") {
    const length = args[0];
    makeSparse(array, length);
    if (length !== length >>> 0 || !define(array, "length", { value: length }))
      call.fail(`found ${length} for the length of an array`);
  } else {
    for (let i = 0; i < args.length; i++) writeMember(reader, array, `${i}`, args[i], call.at);
  }
  return array;
}

/** `Array.from(arrays.x)`: a plain array of numbers that lie in a file. */
function arrayFrom(call: Call): unknown[] {
  const { budget, loaded } = call.reader;
  if (call.args.length !== 1) return call.refuse("`Array.from` with a function");
  const from = call.own(0);
  const isUsual =
    isTypedArray(from) && isIntrinsicPrototype(getPrototypeOf(from)) && !hasOwn(from, iteratorSymbol);
  if (!isUsual) return call.refuse("`Array.from` of something that is not a typed array");
  const length = typedArrayLength(from);
  // the elements of a file are no copies of what stands in the text
  if (setHas(loaded, from)) budget.elements(length);
  else budget.copies(length);
  budget.nodes(1);
  const array: unknown[] = [];
  for (let i = 0; i < length; i++) array[i] = (from as Record<number, unknown>)[i];
  return array;
}

export const collectionCallees: Entries = {
  Array: { mode: "either", run: makeArray },
  "Array.from": { mode: "call", run: arrayFrom },
  Map: {
    mode: "new",
    run: (call) => {
      const list = entries(call);
      const map = make(call, constructors.Map) as Map<unknown, unknown>;
      for (let i = 0; list !== undefined && i < list.length; i++) {
        const pair = call.checkList(call.element(list, i));
        mapSet(map, call.element(pair, 0), call.element(pair, 1));
      }
      return map;
    },
  },
  Set: {
    mode: "new",
    run: (call) => {
      const list = entries(call);
      const set = make(call, constructors.Set) as Set<unknown>;
      for (let i = 0; list !== undefined && i < list.length; i++) setAdd(set, call.element(list, i));
      return set;
    },
  },
  "Map.prototype.set.call": {
    mode: "call",
    run: (call) =>
      isMap(call.own(0)) ? setInMap(call, call.own(0), 1) : call.fail("found something that is not a Map"),
  },
  "Set.prototype.add.call": {
    mode: "call",
    run: (call) =>
      isSet(call.own(0)) ? addToSet(call, call.own(0), 1) : call.fail("found something that is not a Set"),
  },
  "Array.prototype.push.call": {
    mode: "call",
    run: (call) => {
      const array = call.own(0);
      if (!isArray(array)) return call.refuse("`push` on something that is not an array");
      for (let i = 1; i < call.args.length; i++)
        writeMember(call.reader, array, `${array.length}`, call.args[i], call.at);
      return array.length;
    },
  },
};
