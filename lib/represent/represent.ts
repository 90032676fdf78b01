// Takes any value apart: the value's own `[represent]`, the archive's rules, the built-in kinds, then an ordinary object. Kinds are told by internal
// slots; no accessor, `toJSON`, proxy trap or method of the value is invoked, other than `[represent]` and the rules, which are there to be.

import { intrinsicName } from "../intrinsics.ts";
import { representArguments } from "./arguments.ts";
import { representArray } from "./array.ts";
import { representMemory } from "./buffers.ts";
import { representBuiltin } from "./builtin.ts";
import { representMap, representSet } from "./collections.ts";
import { representObject } from "./object.ts";
import {
  isArgumentsObject,
  isArray,
  isExternal,
  isGeneratorObject,
  isMap,
  isMapIterator,
  isModuleNamespaceObject,
  isPromise,
  isProxy,
  isSet,
  isSetIterator,
  isWeakMap,
  isWeakSet,
  symbolDescription,
  symbolKeyFor,
} from "./primordials.ts";
import type { Heritage, Heritages } from "./heritage.ts";
import { representProxy } from "./foreign-array.ts";
import { representFunction } from "./function.ts";
import { representNDArray } from "./ndarray.ts";
import { exportedReference } from "./reference/exported.ts";
import { knownReference, prototypeReference } from "./reference/find.ts";
import { registeredReference } from "./reference/registry.ts";
import { refuseHiddenState } from "./hidden-state.ts";
import { representUrl } from "./url.ts";
import { ownProperties, reference, type Creation, type Representation } from "./representation.ts";
import { code, Template, type Rule } from "./template.ts";
import { representTemporal } from "./temporal.ts";
import { Unsupported } from "./unsupported.ts";

/** Takes an object, function or symbol apart, one level deep. Throws Unsupported for what cannot be kept. `heritages` lasts for one walk. */
export function representationOf(
  value: object | symbol,
  rules: readonly Rule[],
  heritages: Heritages,
): Representation {
  if (typeof value === "symbol") return representSymbol(value);
  if (isProxy(value)) return representProxy(value);
  const registered = registeredReference(value);
  if (registered !== undefined) return reference("reference", registered);
  if (typeof value === "function") return representFunction(value);
  const heritage = heritages.ofItself(value);
  const found =
    representByMethod(value, heritage) ??
    representByRule(value, rules) ??
    representByReference(value) ??
    refuseUnkeepable(value, heritage) ??
    representNDArray(value, heritage);
  if (found !== undefined) return found;
  const representation =
    representExotic(value) ??
    representUrl(value, heritage) ??
    representTemporal(value, heritage.temporal) ??
    representObject(value);
  if (representation.create.form !== "reference" && representation.create.form !== "ndarray")
    refuseHiddenState(value);
  return representation;
}

function leaf(kind: string, create: Creation): Representation {
  return { kind, create, keys: [], values: [], integrity: "extensible" };
}

function representSymbol(symbol: symbol): Representation {
  const registered = registeredReference(symbol);
  if (registered !== undefined) return reference("reference", registered);
  const key = symbolKeyFor(symbol);
  if (key !== undefined) {
    return leaf("registered symbol", { form: "call", callee: "Symbol.for", construct: false, args: [key] });
  }
  const name = intrinsicName(symbol);
  if (name !== undefined) return reference("well-known symbol", { path: name.split(".") });
  const exported = exportedReference(symbol);
  if (exported !== undefined) return reference("exported symbol", exported);
  const description = symbolDescription(symbol);
  const args = description === undefined ? [] : [description];
  return leaf("symbol", { form: "call", callee: "Symbol", construct: false, args });
}

/** By the first rule that is meant for it. */
export function representByRule(value: object, rules: readonly Rule[]): Representation | undefined {
  for (const rule of rules) {
    const template: unknown = calling("rule", () => rule(value, code));
    if (template !== undefined) return representTemplate(template, "rule");
  }
  return undefined;
}

function representByMethod(value: object, { represent: method }: Heritage): Representation | undefined {
  if (typeof method !== "function") return undefined;
  const name = "[represent]";
  const template = calling(name, () => (method as (tag: typeof code) => unknown).call(value, code));
  return template === undefined ? undefined : representTemplate(template, name);
}

/** What a method or a rule has returned. */
function representTemplate(template: unknown, what: string): Representation {
  if (!(template instanceof Template)) {
    throw new Unsupported(`has a ${what} that did not return what code\`…\` gives`);
  }
  const { strings, values } = template;
  return {
    kind: "template",
    create: { form: "template", strings, values: [...values] },
    keys: [],
    values: [],
    integrity: "extensible",
  };
}

/** Calls code of the user's; what it throws is told with the place of the value. */
function calling<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const message = error instanceof Error ? `: ${error.message}` : "";
    throw new Unsupported(`has a ${what} that threw${message}`, undefined, error);
  }
}

const unkeepable: readonly [(value: unknown) => boolean, string][] = [
  [isPromise, "is a promise; await it first"],
  [isWeakMap, "is a WeakMap, whose entries cannot be listed"],
  [isWeakSet, "is a WeakSet, whose entries cannot be listed"],
  [isGeneratorObject, "is a generator, whose state cannot be read"],
  [isMapIterator, "is an iterator, whose state cannot be read"],
  [isSetIterator, "is an iterator, whose state cannot be read"],
  [isModuleNamespaceObject, "is a module namespace; archive what it exports instead"],
  [isExternal, "is a native pointer"],
];

const derefWeakRef = Function.prototype.call.bind(WeakRef.prototype.deref) as (ref: unknown) => unknown;
/** There is no test for this kind but to try, which is slow where it fails: only what looks like one is tried. */
function isWeakRef(value: object): boolean {
  try {
    derefWeakRef(value);
    return true;
  } catch {
    return false;
  }
}

function refuseUnkeepable(value: object, { isOfWeakRef }: Heritage): undefined {
  for (const [test, reason] of unkeepable) if (test(value)) throw new Unsupported(reason);
  if (isOfWeakRef && isWeakRef(value)) throw new Unsupported("is a WeakRef");
  return undefined;
}

function representExotic(value: object): Representation | undefined {
  if (isArray(value)) return representArray(value);
  if (isMap(value)) return representMap(value);
  if (isSet(value)) return representSet(value);
  if (isArgumentsObject(value)) return representArguments(value);
  return representBuiltin(value) ?? representMemory(value);
}

/** Objects of the language itself (`Math`, `Array.prototype`), prototypes of classes, and objects known to be exported are kept by reference. */
function representByReference(value: object): Representation | undefined {
  const found = prototypeReference(value) ?? knownReference(value);
  return found === undefined ? undefined : reference("prototype", found);
}

/** The properties of an array or object that the survey already knows to be plain. */
export function representPlain(value: object): Representation {
  if (isArray(value)) return representArray(value);
  return { kind: "object", create: { form: "object" }, ...ownProperties(value) };
}
