// Ordinary objects: plain ones, those with another prototype, instances of classes. Constructors are never run.

import {
  functionToString,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  objectPrototype,
  ownKeys,
} from "./primordials.ts";
import { representForeignArray } from "./buffers.ts";
import { objectReference, prototypeReference } from "./reference/find.ts";
import { privateFieldsOf } from "./inspector.ts";
import { ownProperties, reference, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

const generatorPrototypes: readonly (object | null)[] = [function* () {}, async function* () {}].map((f) =>
  getPrototypeOf(f.prototype as object),
);

/** Any ordinary object, by prototype and own properties; one that a module exports, by reference where it is code more than data. */
export function representObject(object: object): Representation {
  const prototype = getPrototypeOf(object);
  if (holdsFunctions(object) || generatorPrototypes.includes(prototype)) {
    const found = objectReference(object);
    if (found !== undefined) return reference("exported object", found);
  }
  // whatever another object inherits from counts as code, if a module exports it
  if (prototype !== null && prototype !== objectPrototype) objectReference(prototype);
  const foreign = prototype === null || isReferable(prototype) ? undefined : representForeignArray(object);
  if (foreign !== undefined) return foreign;
  refusePrivateState(object, prototype);
  return {
    kind:
      prototype === objectPrototype ? "object" : prototype === null ? "null-prototype object" : "instance",
    create: { form: "object" },
    prototype: prototype === objectPrototype ? undefined : prototype,
    ...ownProperties(object),
  };
}

/** Whether a prototype is plain data, or that of a class that can be imported. */
function isReferable(prototype: object): boolean {
  try {
    prototypeReference(prototype);
    return true;
  } catch (error) {
    if (error instanceof Unsupported) return false;
    throw error;
  }
}

function holdsFunctions(object: object): boolean {
  return ownKeys(object).some((key) => typeof getOwnPropertyDescriptor(object, key)?.value === "function");
}

/**
 * Refuses instances of classes with `#private` fields: these cannot be given back, and an object restored without them fails at its first use. The source of
 * each class on the prototype chain tells which may have some, and then the engine whether this object does.
 */
function refusePrivateState(object: object, prototype: object | null): void {
  for (let p = prototype; p !== null && p !== objectPrototype; p = getPrototypeOf(p)) {
    const constructor: unknown = getOwnPropertyDescriptor(p, "constructor")?.value;
    if (typeof constructor !== "function" || !hasPrivateFields(constructor)) continue;
    if (privateFieldsOf(object).size === 0) continue;
    const name: unknown = getOwnPropertyDescriptor(constructor, "name")?.value;
    throw new Unsupported(
      `is an instance of ${typeof name === "string" && name !== "" ? name : "a class"} with #private state, which cannot be seen from outside; give the class a [represent] method`,
    );
  }
}

const known = new WeakMap<object, boolean>();

function hasPrivateFields(constructor: object): boolean {
  let answer = known.get(constructor);
  if (answer === undefined) {
    answer = declaresPrivateFields(functionToString(constructor));
    known.set(constructor, answer);
  }
  return answer;
}

/** Whether a class's source declares a private instance field: `#name` at the start of a member, without `static` before it. */
export function declaresPrivateFields(source: string): boolean {
  if (!source.startsWith("class") || !source.includes("#")) return false;
  // strings, templates, comments and regular expressions may hold a `#` too; they are blanked first
  const bare = source.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g,
    (text) => (text.startsWith("/") ? " " : '""'),
  );
  // a field is `#x;`, `#x = 1` or `#x` before a line's end, after the end of the member before it; a method is `#x(`, which holds no state
  return /(?:^|[{};\n])\s*(?:accessor\s+)?#[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?:[;=}\n]|$)/u.test(bare);
}
