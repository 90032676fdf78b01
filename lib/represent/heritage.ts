// What objects inherit, as far as it decides how they are written. Each prototype is looked at once in a walk over a graph, so that long chains of
// prototypes take a time in proportion to their length. No getter is called, and no trap of a proxy: what lies behind one counts for nothing.

import { NDARRAY } from "../ndarray.ts";
import { getOwnPropertyDescriptor, getPrototypeOf, isProxy } from "./primordials.ts";
import { represent } from "./template.ts";
import { temporalKind } from "./temporal.ts";

export interface Heritage {
  /** The nearest data property `[represent]`. */
  readonly represent: unknown;
  /** The nearest mark of an n-dimensional array. */
  readonly mark: unknown;
  /** Whether the prototypes of these built-in classes are among the object's. */
  readonly isOfWeakRef: boolean;
  readonly isOfUrl: boolean;
  readonly isOfParameters: boolean;
  /** The nearest class of Temporal. */
  readonly temporal: ReturnType<typeof temporalKind>;
}

const nothing: Heritage = {
  represent: undefined,
  mark: undefined,
  isOfWeakRef: false,
  isOfUrl: false,
  isOfParameters: false,
  temporal: undefined,
};

export class Heritages {
  /** What heirs of each prototype inherit by it. */
  readonly #known: Map<object, Heritage> = new Map<object, Heritage>();

  /** What an object has by its prototypes. */
  of(object: object): Heritage {
    const unknown: object[] = [];
    let heritage = nothing;
    for (let p = getPrototypeOf(object); p !== null && !isProxy(p); p = getPrototypeOf(p)) {
      const known = this.#known.get(p);
      if (known !== undefined) {
        heritage = known;
        break;
      }
      unknown.push(p);
    }
    for (let i = unknown.length - 1; i >= 0; i--) {
      heritage = withOwn(heritage, unknown[i]!);
      this.#known.set(unknown[i]!, heritage);
    }
    return heritage;
  }

  /** The same of what the object has itself, or else inherits. */
  ofItself(object: object): Heritage {
    return withOwn(this.of(object), object);
  }
}

function withOwn(heritage: Heritage, holder: object): Heritage {
  let all = heritage;
  const method = getOwnPropertyDescriptor(holder, represent);
  if (method !== undefined) all = { ...all, represent: method.value };
  const mark = getOwnPropertyDescriptor(holder, NDARRAY);
  if (mark !== undefined) all = { ...all, mark: mark.value };
  if (holder === WeakRef.prototype) all = { ...all, isOfWeakRef: true };
  if (holder === URL.prototype) all = { ...all, isOfUrl: true };
  if (holder === URLSearchParams.prototype) all = { ...all, isOfParameters: true };
  const temporal = temporalKind(holder);
  if (temporal !== undefined) all = { ...all, temporal };
  return all;
}
