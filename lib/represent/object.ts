// Ordinary objects: plain ones, those with another prototype, instances of classes. Constructors are never run.

import { functionToString, getOwnPropertyDescriptor, getPrototypeOf, objectPrototype } from "./primordials.ts";
import { ownProperties, type Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

/** Any ordinary object, by prototype and own properties. */
export function representObject(object: object): Representation {
  const prototype = getPrototypeOf(object);
  refusePrivateState(prototype);
  return {
    kind: prototype === objectPrototype ? "object" : prototype === null ? "null-prototype object" : "instance",
    create: { form: "object" },
    prototype: prototype === objectPrototype ? undefined : prototype,
    ...ownProperties(object),
  };
}

/**
 * Refuses instances of classes with `#private` instance fields: these cannot be read from outside, and an object restored without them fails at
 * its first use. The source of each class on the prototype chain tells; a class that a subclass hides is found by its own prototype.
 */
export function refusePrivateState(prototype: object | null): void {
  for (let p = prototype; p !== null && p !== objectPrototype; p = getPrototypeOf(p)) {
    const constructor: unknown = getOwnPropertyDescriptor(p, "constructor")?.value;
    if (typeof constructor === "function" && hasPrivateFields(constructor)) {
      const name: unknown = getOwnPropertyDescriptor(constructor, "name")?.value;
      throw new Unsupported(
        `is an instance of ${typeof name === "string" && name !== "" ? name : "a class"} with #private state, which cannot be seen from outside; give the class a [represent] method`,
      );
    }
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
