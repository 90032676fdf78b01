// n-dimensional arrays of other libraries that cannot come back as what they were, told by the properties in which they keep their parts: they come back as
// NDArrays. No getter of theirs is called, and no trap of a proxy.

import { ndarrayOf, representFields } from "./ndarray.ts";
import { proxyTargetOf } from "./inspector.ts";
import { getOwnPropertyDescriptor, getPrototypeOf, isArray, isProxy, ownKeys } from "./primordials.ts";
import { prototypeReference } from "./reference/find.ts";
import type { Representation } from "./representation.ts";
import { Unsupported } from "./unsupported.ts";

/** What a proxy stands for may be an array of numpy-ts; nothing else that a proxy may hide is kept. */
export function representProxy(proxy: object): Representation {
  const target = proxyTargetOf(proxy);
  const found = target === undefined || isProxy(target) ? undefined : representNumpyTs(target);
  if (found === undefined) throw new Unsupported("is a proxy, which hides what it stands for");
  return found;
}

/** An array of a library; undefined for anything else. */
export function representForeignArray(object: object): Representation | undefined {
  return representScijs(object) ?? representNumpyTs(object);
}

/**
 * scijs/ndarray compiles a class for each element type and number of axes, which no module exports. Its prototype has the names of both, and the shape of an array
 * without axes.
 */
function representScijs(object: object): Representation | undefined {
  if (!hasOnly(object, "data", "shape", "stride", "offset")) return undefined;
  const prototype = getPrototypeOf(object);
  if (prototype === null || isProxy(prototype)) return undefined;
  const dimension = field(prototype, "dimension");
  const shape = field(object, "shape") ?? field(prototype, "shape");
  if (!isArray(shape) || shape.length !== dimension || typeof field(prototype, "dtype") !== "string")
    return undefined;
  if (isReferable(prototype)) return undefined;
  const stride = field(object, "stride") ?? field(prototype, "stride");
  return represent("ndarray", {
    data: field(object, "data"),
    shape,
    stride,
    offset: field(object, "offset"),
  });
}

/** Prototypes of compiled classes, of which no module is known: to look for one takes long. */
const compiled = new WeakSet<object>();

/** Whether a prototype is plain data, or that of a class that can be imported. */
function isReferable(prototype: object): boolean {
  if (compiled.has(prototype)) return false;
  try {
    prototypeReference(prototype);
    return true;
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    compiled.add(prototype);
    return false;
  }
}

/** numpy-ts keeps the parts in a storage object; its arrays are proxies of what is seen here, so that `a[i]` is an element. */
function representNumpyTs(object: object): Representation | undefined {
  if (!hasOnly(object, "_storage", "_base", "_raw")) return undefined;
  const storage = field(object, "_storage");
  if (typeof storage !== "object" || storage === null || isProxy(storage)) return undefined;
  const shape = field(storage, "_shape");
  const dtype = field(storage, "_dtype");
  if (!isArray(shape) || typeof dtype !== "string") return undefined;
  return represent("numpy-ts", {
    data: field(storage, "_data"),
    shape,
    stride: field(storage, "_strides"),
    offset: field(storage, "_offset"),
    dtype,
  });
}

function represent(library: string, fields: object): Representation {
  const array = ndarrayOf(fields);
  if (array instanceof Error)
    throw new Unsupported(`is an array of ${library} that has no likeness here: ${array.message}`);
  return representFields(array);
}

/** Whether an object has the first of these properties, and none but these. */
function hasOnly(object: object, ...names: [string, ...string[]]): boolean {
  if (getOwnPropertyDescriptor(object, names[0]) === undefined) return false;
  return ownKeys(object).every((key) => names.includes(key as string));
}

/** A property that is data. */
function field(object: object, name: string): unknown {
  return getOwnPropertyDescriptor(object, name)?.value;
}
