// `Object.create`, `Object.defineProperty` and the other functions of Object that an archive calls.

import { checkConversion, defineData, makeSparse, writeMember } from "../members.ts";
import {
  createObject,
  define,
  describe,
  freeze,
  getPrototypeOf,
  hasOwn,
  isArray,
  isObject,
  isTypedArray,
  ObjectPrototype,
  ownKeys,
  preventExtensions,
  seal,
} from "../natives.ts";
import { changePrototype, checkPrototype, copyProperties } from "../objects.ts";
import type { Call, Entries } from "./callee.ts";

const FIELDS = ["value", "writable", "enumerable", "configurable", "get", "set"] as const;

/** A descriptor with the own fields of a plain object. Accessors must be functions that the text has got by name; they are not called. */
function toDescriptor(call: Call, given: unknown): PropertyDescriptor {
  const from = call.checkOwn(given);
  const prototype = getPrototypeOf(from);
  if (prototype !== null && prototype !== ObjectPrototype)
    call.refuse("a property descriptor that is not a plain object");
  const descriptor = createObject(null) as PropertyDescriptor;
  for (let i = 0; i < FIELDS.length; i++) {
    const field = FIELDS[i]!;
    if (hasOwn(from, field))
      (descriptor as Record<string, unknown>)[field] = call.reader.origins.read(from, field, call.at);
  }
  if (descriptor.get !== undefined || descriptor.set !== undefined) call.reader.origins.wild = true;
  return descriptor;
}

function defineOne(call: Call, object: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  checkConversion(call.reader.source, object, key, descriptor.value, call.at);
  if (key === "length" && isArray(object) && describe(object, key)!.writable === true)
    makeSparse(object, descriptor.value);
  if (!define(object, key, descriptor)) call.fail(`the property \`${String(key)}\` cannot be defined`);
}

function defineAll(call: Call, object: object, i: number): object {
  // all descriptors are read before the first is used
  const keys: PropertyKey[] = [];
  const descriptors: PropertyDescriptor[] = [];
  copyProperties(call.reader, call.own(i), call.at, (key, given) => {
    keys[keys.length] = key;
    descriptors[descriptors.length] = toDescriptor(call, given);
  });
  for (let k = 0; k < keys.length; k++) defineOne(call, object, keys[k]!, descriptors[k]!);
  return object;
}

/** One of the functions that close an object; a primitive is closed already. */
function close(act: (object: object) => object): Entries[string] {
  return {
    mode: "call",
    run: (call) => {
      const value = call.args[0];
      if (!isObject(value)) return value;
      const object = call.checkOwn(value);
      if (act !== preventExtensions)
        call.reader.budget.copies(isTypedArray(object) ? 0 : ownKeys(object).length);
      return act(object);
    },
  };
}

export const objectCallees: Entries = {
  "Object.create": {
    mode: "call",
    run: (call) => {
      const prototype = call.args[0];
      checkPrototype(call.reader, prototype, call.at);
      call.reader.budget.nodes(1);
      const object = createObject(prototype);
      return call.args[1] === undefined ? object : defineAll(call, object, 1);
    },
  },
  "Object.assign": {
    mode: "call",
    run: (call) => {
      const target = call.own(0);
      for (let i = 1; i < call.args.length; i++) {
        const from = call.args[i];
        if (from === null || from === undefined) continue;
        copyProperties(call.reader, call.own(i), call.at, (key, value) =>
          writeMember(call.reader, target, key, value, call.at),
        );
      }
      return target;
    },
  },
  "Object.defineProperty": {
    mode: "call",
    run: (call) => {
      const object = call.own(0);
      defineOne(call, object, call.key(call.args[1]), toDescriptor(call, call.args[2]));
      return object;
    },
  },
  "Object.defineProperties": { mode: "call", run: (call) => defineAll(call, call.own(0), 1) },
  "Object.setPrototypeOf": {
    mode: "call",
    run: (call) => {
      const object = call.own(0);
      const prototype = call.args[1];
      checkPrototype(call.reader, prototype, call.at);
      changePrototype(call.reader, object, prototype, call.at);
      return object;
    },
  },
  "Object.freeze": close(freeze),
  "Object.seal": close(seal),
  "Object.preventExtensions": close(preventExtensions),
  "Object.fromEntries": {
    mode: "call",
    run: (call) => {
      const list = call.list(0);
      call.reader.budget.nodes(1);
      const object = {};
      for (let i = 0; i < list.length; i++) {
        const pair = call.checkList(call.element(list, i));
        defineData(object, call.key(call.element(pair, 0)), call.element(pair, 1));
      }
      return object;
    },
  },
};
