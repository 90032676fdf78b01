// Functions that a text makes: bound ones, which are not called, and the helper that gives an arguments object.

import { intrinsicName } from "../../intrinsics.ts";
import { apply, bind, describe, hasOwn, isObject, isProxy, setHas, startsWith } from "../natives.ts";
import type { Call, Entries } from "./callee.ts";

/**
 * The intrinsics that may be bound to a receiver and arguments of the text's choice. Data is sometimes called without being asked for (`toString`,
 * `then`, `toJSON`), so these must do no harm with any arguments: they call no function that they are given, and change nothing but their receiver.
 */
const groups = ["Math.", "Number.", "BigInt.", "Boolean.", "console.", "Date."];
const single: ReadonlySet<string> = new Set(
  [
    "parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape unescape atob btoa",
    "Array.isArray Object.is String.fromCharCode String.fromCodePoint Symbol.for",
    methods("Map", "get has set delete clear keys values entries"),
    methods("Set", "has add delete clear keys values entries"),
    methods(
      "Array",
      "at push pop shift unshift indexOf lastIndexOf includes join reverse fill keys values entries",
    ),
    methods(
      "String",
      "at charAt charCodeAt codePointAt indexOf lastIndexOf slice substring toLowerCase toUpperCase trim trimStart trimEnd",
    ),
    methods("String", "padStart padEnd repeat toString valueOf concat isWellFormed"),
    methods("Object", "hasOwnProperty isPrototypeOf propertyIsEnumerable valueOf"),
    methods("Symbol", "toString valueOf"),
  ]
    .join(" ")
    .split(" "),
);

function methods(name: string, list: string): string {
  return list
    .split(" ")
    .map((method) => `${name}.prototype.${method}`)
    .join(" ");
}

function isHarmless(f: unknown): boolean {
  const name = intrinsicName(f);
  if (name === undefined) return false;
  for (let i = 0; i < groups.length; i++) if (startsWith(name, groups[i]!)) return true;
  return setHas(single, name);
}

/** `Function.prototype.bind.call(f, receiver, …)` */
function bindFunction(call: Call): Function {
  const { args, reader } = call;
  const f = args[0];
  const receiver = args[1];
  if (typeof f !== "function" || isProxy(f))
    return call.fail("found something other than a function to bind");
  const origin = reader.origins.of(f);
  if (origin === "builtin" || (origin === "intrinsic" && !isHarmless(f))) {
    return call.refuse("a function of the runtime, bound to arguments");
  }
  if (
    origin === "intrinsic" &&
    isObject(receiver) &&
    !reader.origins.isOwn(receiver) &&
    receiver !== console
  ) {
    return call.refuse("a function bound to what this archive has not made");
  }
  // bind looks these two up
  refuseAccessor(call, f, "name");
  refuseAccessor(call, f, "length");
  reader.budget.nodes(1);
  return apply(bind, undefined, args) as Function;
}

function refuseAccessor(call: Call, f: Function, key: string): void {
  const descriptor = describe(f, key);
  if (descriptor !== undefined && !hasOwn(descriptor, "value")) call.refuse(`the accessor \`${key}\``);
}

/** Not sloppy, as in a module: its elements are not tied to parameters. */
function argumentsOf(): IArguments {
  // oxlint-disable-next-line prefer-rest-params -- the object itself is wanted
  return arguments;
}

/** The helper `argumentsOf`. */
export function makeArguments(call: Call): object {
  call.reader.budget.nodes(1);
  return apply(argumentsOf, undefined, call.args) as object;
}

export const functionCallees: Entries = {
  "Function.prototype.bind.call": { mode: "call", run: bindFunction },
};
