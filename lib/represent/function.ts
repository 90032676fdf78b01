// Functions and classes: by reference, since their code is not data. A bound function is made again of what it binds, where that can be kept.

import { getOwnPropertyDescriptor, getPrototypeOf, isSealed, ownKeys } from "./primordials.ts";
import { findFunction } from "./reference/find.ts";
import { ownProperties, reference, type Representation } from "./representation.ts";

const bind = Function.prototype.call.bind(Function.prototype.bind) as (
  f: object,
  ...args: unknown[]
) => object;

export function representFunction(f: object): Representation {
  const found = findFunction(f);
  if ("path" in found) return reference("function", found);
  const { target, receiver, args } = found;
  const usual = bind(target, receiver, ...args);
  const isUsual = (key: PropertyKey): boolean => {
    const [own, made] = [getOwnPropertyDescriptor(f, key)!, getOwnPropertyDescriptor(usual, key)];
    return (
      made !== undefined &&
      Object.is(own.value, made.value) &&
      own.writable === made.writable &&
      own.enumerable === made.enumerable &&
      (own.configurable === made.configurable || isSealed(f))
    );
  };
  const prototype = getPrototypeOf(f);
  return {
    kind: "bound function",
    create: {
      form: "call",
      callee: "Function.prototype.bind.call",
      construct: false,
      args: [target, receiver, ...args],
    },
    prototype: prototype === getPrototypeOf(usual) ? undefined : prototype,
    ...ownProperties(f, isUsual),
    absent: ownKeys(usual).filter(
      (key): key is string => typeof key === "string" && getOwnPropertyDescriptor(f, key) === undefined,
    ),
  };
}
