// `Reflect.construct(Base, [args], Class)`: an instance of a subclass of an intrinsic, whose own constructor does not run.

import { intrinsicRoot } from "../../intrinsics.ts";
import { deleteProperty, describe, hasOwn, isProxy, mapGet } from "../natives.ts";
import { Call, type Entries, type Entry } from "./callee.ts";

/** `bases`: what may be constructed, by name. */
export function reflectCallees(bases: Entries): Entries {
  const byValue = new Map<unknown, Entry>();
  for (const [name, entry] of Object.entries(bases)) {
    const value = intrinsicRoot(name)?.value;
    if (typeof value === "function" && entry.mode !== "call") byValue.set(value, entry);
  }
  return {
    "Reflect.deleteProperty": {
      mode: "call",
      run: (call) => deleteProperty(call.own(0), call.key(call.args[1])),
    },
    "Reflect.construct": {
      mode: "call",
      run: (call) => {
        const base = mapGet(byValue, call.args[0]);
        if (base === undefined)
          return call.refuse("`Reflect.construct` of something other than a built-in class");
        const list = call.list(1);
        const args: unknown[] = [];
        for (let i = 0; i < list.length; i++) args[i] = call.element(list, i);
        if (call.args.length < 3) return base.run(new Call(call.reader, args, true, call.at));
        const target = call.args[2];
        if (typeof target !== "function" || isProxy(target))
          return call.refuse("`Reflect.construct` for something that is not a class");
        const prototype = describe(target, "prototype");
        if (prototype === undefined || !hasOwn(prototype, "value")) {
          return call.refuse("`Reflect.construct` for a class whose prototype is not a plain property");
        }
        return base.run(new Call(call.reader, args, true, call.at, target));
      },
    },
  };
}
