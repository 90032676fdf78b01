// The survey: one walk over the graph, in depth-first pre-order with a stack of its own, that numbers every node, proves which are plain
// data, and finds what is shared. What it learns lies in flat lists, not in an object per node. It reads nothing that could run code.

import { PersistError } from "../errors.ts";
import {
  arrayPrototype,
  getOwnPropertyDescriptor,
  getOwnPropertyNames,
  getOwnPropertySymbols,
  getPrototypeOf,
  hasOwn,
  isArray,
  isExtensible,
  isProxy,
  objectPrototype,
} from "../represent/primordials.ts";
import { numbersOf, representNumbers } from "../represent/array.ts";
import { isFlat } from "../represent/flat-array.ts";
import { otherNamesOf } from "../represent/inspector.ts";
import type { Representation } from "../represent/representation.ts";
import { Unsupported } from "../represent/unsupported.ts";
import { isNodeValue, mapChildren } from "./children.ts";
import { keyPathOf, step } from "./keypath.ts";
import { IntList, MAX_NODES } from "./lists.ts";

/** Node 0 stands for the archive itself; its children are the roots. Nodes are numbered in the order of their first visit. */
export interface Graph {
  readonly rootNames: readonly string[];
  readonly roots: readonly unknown[];
  readonly count: number;
  /** Each node's value. */
  readonly values: readonly unknown[];
  /** The node from which each was first reached. */
  readonly parents: Int32Array;
  /** The end of each node's subtree: those from `n` to `ends[n] - 1` were first reached through n. */
  readonly ends: Int32Array;
  /** About how many characters the text of each subtree takes. */
  readonly weights: Float64Array;
  /** 1 for what is not plain data: anything but an ordinary object or a dense array of JSON's own values. */
  readonly special: Uint8Array;
  /** The nodes that are not plain, taken apart. */
  readonly representations: ReadonlyMap<number, Representation>;
  /** The values that are reached more than once, with their nodes. */
  readonly shared: ReadonlyMap<unknown, number>;
  /** Every further edge to a shared node, in the order of the walk. */
  readonly edgeSources: Int32Array;
  readonly edgeTargets: Int32Array;
  /** Keys that begin with `$`, among plain objects. */
  readonly dollarKeys: ReadonlySet<string>;
}

/** Arrays with more elements are asked for their other names in a way that has a price of its own. */
const LONG = 10_000;

/** A data property as an assignment makes it. Accessors have no `writable`. */
function isPlainProperty(descriptor: PropertyDescriptor | undefined): descriptor is PropertyDescriptor {
  if (descriptor === undefined) return false;
  return descriptor.writable === true && descriptor.enumerable === true && descriptor.configurable === true;
}

function isEmptyObject({ create, prototype, keys, integrity }: Representation): boolean {
  return (
    create.form === "object" && prototype === undefined && keys.length === 0 && integrity === "extensible"
  );
}

/** Turns the order of a part of a list around. */
function reverse(list: unknown[], from: number, to: number): void {
  for (let low = from, high = to - 1; low < high; low++, high--) {
    const value = list[low];
    list[low] = list[high];
    list[high] = value;
  }
}

/**
 * Walks everything that the roots reach. A plain array of more numbers than `numbersThreshold`, and of nothing else, is taken apart as such.
 * Throws UNSUPPORTED_VALUE with the key path, or LIMIT.
 *
 * @param represent takes a node apart that is no plain object or array
 * @param representByRule takes one apart that is, where a rule of the caller's is meant for it
 */
export function survey(
  rootNames: readonly string[],
  roots: readonly unknown[],
  represent: (value: object | symbol) => Representation,
  numbersThreshold: number = Infinity,
  representByRule?: (value: object) => Representation | undefined,
): Graph {
  const values: unknown[] = [undefined];
  const parents = new IntList();
  const ends = new IntList();
  const weights: number[] = [0];
  const special = new IntList();
  const representations = new Map<number, Representation>();
  const seen = new Set<unknown>();
  const shared = new Map<unknown, number>();
  const edgeSources = new IntList();
  const edgeTargetValues: unknown[] = [];
  const dollarKeys = new Set<string>();
  parents.push(0);
  ends.push(0);
  special.push(1);

  // The children that are still to be visited, of all open nodes: each node's lie above those of its parent. One array for all costs a fraction of the
  // memory that an array for each would; what lies above `top` is left over.
  const pending: unknown[] = [];
  let top = 0;

  // results of take(), which is called once for every node; `numbers` are those of an array that goes by them
  let weight = 0;
  let isSpecial = 0;
  let numbers: Float64Array | undefined;

  function push(child: unknown): unknown {
    pending[top++] = child;
    return child;
  }

  /** Looks at one node and pushes those of its children that are nodes, in order. */
  function take(value: object | symbol, index: number): void {
    weight = 2;
    isSpecial = 0;
    numbers = undefined;
    let ruled: Representation | undefined;
    if (typeof value === "object" && !isProxy(value)) {
      const base = top;
      if (takePlain(value)) {
        ruled = representByRule?.(value);
        if (ruled === undefined) {
          if (numbers === undefined) return;
          isSpecial = 1;
          representations.set(index, representNumbers(numbers));
          return;
        }
      }
      top = base;
    }
    weight = 32;
    isSpecial = 1;
    const representation = ruled ?? represent(value);
    if (isEmptyObject(representation)) {
      weight = 2;
      isSpecial = 0;
      return;
    }
    representations.set(index, representation);
    mapChildren(representation, push);
  }

  /** Whether an object is an ordinary object or a dense array, with nothing that JSON cannot show. */
  function takePlain(object: object): boolean {
    const prototype = getPrototypeOf(object);
    if (prototype === objectPrototype) return takePlainObject(object);
    return prototype === arrayPrototype && isArray(object) && takePlainArray(object);
  }

  function takePlainObject(object: object): boolean {
    const keys = getOwnPropertyNames(object);
    // an object without properties may be anything that was given this prototype
    if (keys.length === 0 || !isExtensible(object) || getOwnPropertySymbols(object).length !== 0)
      return false;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const descriptor = getOwnPropertyDescriptor(object, key);
      if (!isPlainProperty(descriptor)) return false;
      if (key.charCodeAt(0) === 36) dollarKeys.add(key);
      weight += key.length + 4;
      const { value } = descriptor;
      // an object of functions may be one that a module exports, or a prototype
      if (typeof value === "function") return false;
      if (takeValue(value)) push(value);
    }
    return true;
  }

  function takePlainArray(array: unknown[]): boolean {
    const { length } = array;
    // with a property for each index, which is seen below, there is one name more, and that is `length`
    const others = length > LONG ? otherNamesOf(array).length : getOwnPropertyNames(array).length - length;
    if (others !== 1) return false;
    if (!isExtensible(array) || getOwnPropertySymbols(array).length !== 0) return false;
    if (getOwnPropertyDescriptor(array, "length")!.writable !== true) return false;
    const isMany = length > numbersThreshold;
    const isKnown = length > LONG && isFlat(array);
    if (isKnown && isMany) {
      numbers = numbersOf(array);
      if (numbers !== undefined) return true;
    }
    let count = 0;
    for (let i = 0; i < length; i++) {
      // a hole, or no plain data
      if (isKnown ? !hasOwn(array, i) : !isPlainProperty(getOwnPropertyDescriptor(array, i))) return false;
      const value = array[i];
      if (typeof value === "number") count++;
      if (takeValue(value)) push(value);
    }
    if (isMany && count === length) numbers = numbersOf(array);
    return true;
  }

  /** Accounts for the value of a plain property; true when it is a node. */
  function takeValue(value: unknown): boolean {
    switch (typeof value) {
      case "string":
        weight += value.length + 4;
        return false;
      case "number":
        weight += 10;
        if (!Number.isFinite(value)) isSpecial = 1;
        return false;
      case "boolean":
        weight += 7;
        return false;
      case "object":
        if (value !== null) return true;
        weight += 6;
        return false;
      case "undefined":
      case "bigint":
        weight += 12;
        isSpecial = 1;
        return false;
      default:
        return true;
    }
  }

  // the walk
  const bases = new IntList(); // where the children of each open node begin, but for the innermost
  let base = 0;
  let node = 0;
  let count = 1;
  for (const root of roots) if (isNodeValue(root)) push(root);
  reverse(pending, 0, top);
  for (;;) {
    if (top === base) {
      ends.set(node, count);
      if (node === 0) break;
      const parent = parents.get(node);
      weights[parent]! += weights[node]!;
      node = parent;
      base = bases.pop();
      continue;
    }
    const child = pending[--top] as object | symbol;
    seen.add(child);
    if (seen.size !== count) {
      shared.set(child, -1);
      edgeSources.push(node);
      edgeTargetValues.push(child);
      continue;
    }
    const index = count++;
    if (count > MAX_NODES) {
      throw new PersistError(
        "PERSIST_LIMIT",
        `the graph has more than ${MAX_NODES} objects, the most that an archive can hold`,
      );
    }
    values.push(child);
    parents.push(node);
    ends.push(count);
    const first = top;
    try {
      take(child, index);
    } catch (error) {
      if (error instanceof Unsupported) throw unsupported(error, index);
      throw error;
    }
    weights.push(weight);
    special.push(isSpecial);
    if (top === first) {
      weights[node]! += weight;
      continue;
    }
    reverse(pending, first, top);
    bases.push(base);
    base = first;
    node = index;
  }

  // the numbers of what is shared are known only now
  if (shared.size > 0) {
    for (let i = 1; i < count; i++) if (shared.has(values[i])) shared.set(values[i], i);
  }
  const graph: Graph = {
    rootNames,
    roots,
    count,
    values,
    parents: parents.view(),
    ends: ends.view(),
    weights: Float64Array.from(weights),
    special: Uint8Array.from(special.view()),
    representations,
    shared,
    edgeSources: edgeSources.view(),
    edgeTargets: Int32Array.from(edgeTargetValues, (value) => shared.get(value)!),
    dollarKeys,
  };
  return graph;

  function unsupported(error: Unsupported, index: number): PersistError {
    const partial = {
      rootNames,
      roots,
      values,
      parents: parents.view(),
      representations,
    } as unknown as Graph;
    const keyPath = keyPathOf(partial, index) + (error.key === undefined ? "" : step(error.key));
    const { reason, cause } = error;
    return new PersistError("PERSIST_UNSUPPORTED_VALUE", `${keyPath} ${reason}`, {
      keyPath,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
