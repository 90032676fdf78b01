// What a case of the table of values is.
import type { Options } from "../support/isomorphic.ts";

/** A value that must come back isomorphic, by every way of writing and reading. */
export interface Kept {
  name: string;
  /** Makes the value anew, always the same. */
  make(): unknown;
  /** Objects, functions and symbols in it that must come back as the very same. */
  references?: readonly unknown[];
  /** What to compare instead of the value, where part of it is hidden. */
  view?(value: unknown): unknown;
  options?: Options;
}

/** A value that must be refused, or must come back isomorphic: never something else. */
export interface Either extends Kept {
  either: true;
}

/** A value that must be refused with PERSIST_UNSUPPORTED_VALUE. */
export interface Refused {
  name: string;
  make(): unknown;
  /** From the value: `.a[1]`; empty for the value itself. A pattern where the way to the place has no single spelling. */
  keyPath: string | RegExp;
  code?: string;
}

type Makers = Record<string, () => unknown>;

/** Cases of one family, named `family: name`. */
export function family(prefix: string, makers: Makers, common: Omit<Kept, "name" | "make"> = {}): Kept[] {
  return Object.entries(makers).map(([name, make]) => ({ name: `${prefix}: ${name}`, make, ...common }));
}

/** Defines own properties that a literal cannot have. */
export function define<T extends object>(object: T, properties: PropertyDescriptorMap): T {
  return Object.defineProperties(object, properties);
}

/** Sets own properties, also where an assignment would reach a prototype's setter. */
export function give<T extends object>(object: T, properties: object): T {
  for (const key of Reflect.ownKeys(properties)) {
    const value = (properties as Record<PropertyKey, unknown>)[key];
    const attributes = Object.hasOwn(object, key)
      ? {}
      : { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(object, key, { value, ...attributes });
  }
  return object;
}
