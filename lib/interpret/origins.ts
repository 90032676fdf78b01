// Where a value comes from: made by this text, an intrinsic, or an import. What the text did not make it may refer to, but not change, and
// only some of it may be a prototype.

import { isIntrinsicPrototype, isWithheld } from "../intrinsics.ts";
import {
  ArrayPrototype,
  describe,
  getPrototypeOf,
  hasOwn,
  isArray,
  isObject,
  isProxy,
  iteratorSymbol,
  mapGet,
  mapHas,
  mapSet,
} from "./natives.ts";
import type { Source } from "./source.ts";

/** `builtin`: an import of one of Node's own modules. */
export type Foreign = "intrinsic" | "import" | "builtin";

export class Origins {
  readonly #source: Source;
  /** Every object and function that the text has got by a name that it did not bind itself. All others it has made. */
  readonly #foreign = new Map<object, Foreign>();
  /** Whether objects that the text has made may have accessors, or be others than it made: a descriptor or an imported function gave them. */
  wild = false;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Notes a value as not made by this text, and gives it. */
  mark(value: unknown, origin: Foreign, at: number): unknown {
    if (origin === "intrinsic" && isWithheld(value)) {
      this.#source.refuse("a reference to `eval` or `Function`", at);
    }
    if (isObject(value) && (origin !== "intrinsic" || !mapHas(this.#foreign, value)))
      mapSet(this.#foreign, value, origin);
    return value;
  }

  /** Undefined for what the text has made, and for primitives. */
  of(value: unknown): Foreign | undefined {
    return mapGet(this.#foreign, value as object);
  }

  /** Whether the text has made this object and may change it. */
  isOwn(value: unknown): value is object {
    return isObject(value) && !mapHas(this.#foreign, value) && !(this.wild && isProxy(value));
  }

  /** Whether this may be the prototype of an object. */
  isPrototype(value: unknown): value is object | null {
    if (value === null) return true;
    if (!isObject(value)) return false;
    const origin = mapGet(this.#foreign, value);
    return origin !== "intrinsic" || isIntrinsicPrototype(value);
  }

  /** Whether this is an ordinary array made by the text, so that going through it runs nothing. */
  isList(value: unknown): value is unknown[] {
    return (
      this.isOwn(value) &&
      isArray(value) &&
      getPrototypeOf(value) === ArrayPrototype &&
      !hasOwn(value, iteratorSymbol)
    );
  }

  /** The element of a list; undefined for a hole. */
  element(list: unknown[], index: number, at: number): unknown {
    return this.wild ? this.read(list, index, at) : list[index];
  }

  /** An own data property, without running an accessor; undefined when it is not there. `at` is the place for errors. */
  read(object: object, key: PropertyKey, at: number): unknown {
    if (isProxy(object)) this.#source.refuse("a proxy", at);
    const descriptor = describe(object, key);
    if (descriptor !== undefined && !hasOwn(descriptor, "value"))
      this.#source.refuse("the use of an accessor", at);
    return descriptor?.value;
  }
}
