// What a representation is: one object taken apart, one level deep. It holds the values of its children as they are; the graph's planner
// puts nodes in their place. It says nothing of files, names or text.

import {
  errorStack,
  getOwnPropertyDescriptor,
  isArray,
  isExtensible,
  isFrozen,
  isSealed,
  isTypedArray,
  ownKeys,
  typedArrayLength,
} from "./primordials.ts";
import { Unsupported } from "./unsupported.ts";

/** A value by reference: a member path of a module, or of the globals. */
export interface Reference {
  /** A bare or `node:` specifier; undefined when the thing is reached by `file` or is a global. */
  readonly specifier?: string | undefined;
  /** The absolute path of a module that no bare specifier reaches. */
  readonly file?: string | undefined;
  /** The member path: the export's name first (`default` included); a global's name first where there is no module. */
  readonly path: readonly string[];
}

/** What makes the object, before entries, prototype and properties are added. */
export type Creation =
  /** An object literal; the properties are its members. */
  | { readonly form: "object" }
  /** An array literal of `elements`; a hole is HOLE. */
  | { readonly form: "array"; readonly elements: unknown[] }
  /** A call of an intrinsic or a helper. */
  | { readonly form: "call"; readonly callee: string; readonly construct: boolean; readonly args: unknown[] }
  /** A call of a helper that stands in the text. */
  | { readonly form: "helper"; readonly helper: "arguments"; readonly args: unknown[] }
  /** A member of another object, which makes it: `url.searchParams`. */
  | { readonly form: "member"; readonly of: unknown; readonly name: string }
  /** An expression that the value itself gave. */
  | { readonly form: "template"; readonly strings: readonly string[]; readonly values: unknown[] }
  | { readonly form: "reference"; readonly reference: Reference }
  /** A plain array, by its many numbers. */
  | { readonly form: "numbers"; readonly elements: ArrayElements }
  /** A view of a buffer. `elements` is set where the view may be written by itself if nobody else holds the buffer. */
  | {
      readonly form: "view";
      readonly type: string;
      readonly buffer: unknown;
      readonly byteOffset: number;
      readonly length: number;
      readonly tracking: boolean;
      readonly elements: ArrayElements | undefined;
      /** Whether the buffer is a place for data of others too, of which only what views show may be written. */
      readonly isWindow: boolean;
    }
  /** A buffer by its bytes. */
  | {
      readonly form: "buffer";
      readonly type: "ArrayBuffer" | "SharedArrayBuffer";
      readonly byteLength: number;
      readonly maxByteLength: number | undefined;
      readonly data: Uint8Array;
    }
  /** An n-dimensional array: by its elements, or, where its data is shared, by its fields. */
  | {
      readonly form: "ndarray";
      readonly data: unknown;
      readonly shape: readonly number[];
      readonly stride: readonly number[];
      readonly offset: number;
      readonly dtype: string;
      readonly attributes: unknown;
      readonly elements: () => ArrayElements;
    };

/** An array as facts and bytes: C order, little-endian. */
export interface ArrayElements {
  /** The constructor's name for a typed array (`Float64Array`), `Buffer` with memory of its own, `pooled Buffer`, or `NDArray`. */
  readonly type: string;
  /** The constructor's name of the typed array that holds the data. */
  readonly view: string;
  readonly dtype: string;
  /** Elements along each axis; undefined for a typed array. */
  readonly shape: readonly number[] | undefined;
  /** Number of elements of the typed array that holds the data (twice the array's for complex dtypes). */
  readonly length: number;
  /** The data: the live memory of the caller, read until the save is done. */
  readonly data: Uint8Array;
}

/** An absent array element. */
export const HOLE: unique symbol = Symbol("hole");

export const WRITABLE = 1;
export const ENUMERABLE = 2;
export const CONFIGURABLE = 4;
export const PLAIN: number = WRITABLE | ENUMERABLE | CONFIGURABLE;

export type Integrity = "extensible" | "non-extensible" | "sealed" | "frozen";

export interface Representation {
  /** The family, for messages, statistics and the emitters of other languages. */
  readonly kind: string;
  readonly create: Creation;
  /** The prototype, where it is not the one that `create` gives by itself. */
  prototype?: object | null | undefined;
  /** Of a Map: key, value, key, value …; of a Set: value, value … */
  readonly entries?: unknown[] | undefined;
  readonly keys: PropertyKey[];
  readonly values: unknown[];
  /** The attribute bits of each property; undefined when all are plain. */
  readonly attributes?: number[] | undefined;
  readonly integrity: Integrity;
  /** Own properties that `create` brings and the value lacks. */
  readonly absent?: readonly string[] | undefined;
}

/** A list to be filled, in its final size: most have few elements, and one that grows has room for many. */
export function listOf(length: number): unknown[] {
  return Array<unknown>(length);
}

function integrityOf(object: object): Integrity {
  if (isExtensible(object)) return "extensible";
  // V8 takes some for closed that are not: a sealed array without elements, and views, whose elements cannot be sealed
  if (isTypedArray(object) && typedArrayLength(object) > 0) return "non-extensible";
  const isOpen = isArray(object) && getOwnPropertyDescriptor(object, "length")!.writable === true;
  if (isFrozen(object) && !isOpen) return "frozen";
  return isSealed(object) ? "sealed" : "non-extensible";
}

/** The own properties of an object, with those of `skip` left out, and how closed it is. Throws Unsupported for an accessor,
 * which is not called. */
export function ownProperties(
  object: object,
  skip?: (key: PropertyKey) => boolean,
  keysOf: (object: object) => PropertyKey[] = ownKeys,
): Pick<Representation, "keys" | "values" | "attributes" | "integrity"> {
  const keys = skip === undefined ? keysOf(object) : keysOf(object).filter((key) => !skip(key));
  const integrity = integrityOf(object);
  if (keys.length === 0) return { keys, values: keys, attributes: undefined, integrity };
  const values = listOf(keys.length);
  let attributes: number[] | undefined;
  // freezing and sealing set these attributes anyhow, so that the properties themselves can be written plainly
  const implied =
    integrity === "frozen" ? WRITABLE | CONFIGURABLE : integrity === "sealed" ? CONFIGURABLE : 0;
  for (const [i, key] of keys.entries()) {
    const descriptor = dataDescriptor(object, key);
    if (descriptor.get !== undefined || descriptor.set !== undefined)
      throw new Unsupported("is an accessor; only data properties can be kept", key);
    const bits =
      (descriptor.writable === true ? WRITABLE : 0) |
      (descriptor.enumerable === true ? ENUMERABLE : 0) |
      (descriptor.configurable === true ? CONFIGURABLE : 0) |
      implied;
    values[i] = descriptor.value;
    if (bits === PLAIN) continue;
    attributes ??= keys.map(() => PLAIN);
    attributes[i] = bits;
  }
  return { keys, values, attributes, integrity };
}

/** The descriptor of an own property. In newer engines an error's `stack` is an accessor of the engine's own: what it gives counts as data. */
function dataDescriptor(object: object, key: PropertyKey): PropertyDescriptor {
  const descriptor = getOwnPropertyDescriptor(object, key)!;
  if (errorStack === undefined || descriptor.get !== errorStack.get) return descriptor;
  const { enumerable, configurable } = descriptor;
  return {
    value: errorStack.read(object),
    writable: true,
    enumerable: enumerable!,
    configurable: configurable!,
  };
}

/** What is kept by reference has nothing else to be written. */
export function reference(kind: string, target: Reference): Representation {
  return {
    kind,
    create: { form: "reference", reference: target },
    keys: [],
    values: [],
    integrity: "extensible",
  };
}
