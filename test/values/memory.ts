// Buffers, the views on them, and n-dimensional arrays.
import { NDArray } from "persist-archive";
import { importFromProject } from "../support/project.ts";
import { define, family, give } from "./case.ts";
import type { Kept } from "./case.ts";

const { Samples, HostileSamples, Memory, SharedMemory, Frame } = await importFromProject("./exotic.mjs");

type View = Uint8Array | Float64Array | DataView;
type Kind = new (...args: never[]) => View;

const kinds: Record<string, Kind> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as never;
const Float16 = (globalThis as { Float16Array?: Kind }).Float16Array;
if (Float16 !== undefined) kinds["Float16Array"] = Float16;

function make(Class: Kind, ...args: unknown[]): View {
  return Reflect.construct(Class, args) as View;
}

/** A buffer of bytes 1, 2, 3, … that may grow when `max_bytes` is given. */
function buffer(size_bytes: number, max_bytes?: number, Class: unknown = ArrayBuffer): ArrayBuffer {
  const options = max_bytes === undefined ? [] : [{ maxByteLength: max_bytes }];
  const made = Reflect.construct(Class as new () => ArrayBuffer, [size_bytes, ...options]) as ArrayBuffer;
  const bytes = new Uint8Array(made);
  bytes.forEach((_, i) => (bytes[i] = i * 37 + 1));
  return made;
}
const shared = (size_bytes: number, max_bytes?: number): ArrayBuffer =>
  buffer(size_bytes, max_bytes, SharedArrayBuffer);

/** Extremes and the middle, in the number type of the kind. */
function elements(name: string): unknown[] {
  if (name.startsWith("Big"))
    return name === "BigInt64Array" ? [0n, -1n, -(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  if (name.startsWith("Float")) return [0, -0, 1 / 3, NaN, Infinity, -Infinity, 5e-324, 1.5];
  return [0, 1, -1, 127, 128, 255, 65535, 2147483647, 4294967295];
}

const everyKind: Kept[] = Object.entries(kinds).flatMap(([name, Class]) =>
  family(name, {
    empty: () => make(Class),
    extremes: () => make(Class, elements(name)),
    zeros: () => make(Class, 5),
    "99, 100, 101, 1000, 1001 elements": () =>
      [99, 100, 101, 1000, 1001].map((n) => {
        const view = make(Class, n);
        const bytes = new Uint8Array(view.buffer);
        bytes.forEach((_, i) => (bytes[i] = name.startsWith("Float") ? (i * 7) % 60 : (i * 7) % 251));
        return view;
      }),
    "any bytes": () => make(Class, buffer(64)),
    "in the middle of its buffer": () => make(Class, buffer(64), 16, 2),
    "to the end of its buffer": () => make(Class, buffer(64), 32),
    tracking: () => make(Class, buffer(32, 64)),
    "with properties": () => give(make(Class, 2), { unit: "m" }),
  }),
);

function payloads(...bits: bigint[]): Float64Array {
  return new Float64Array(new BigUint64Array(bits).buffer);
}

const views: Kept[] = [
  ...family("NaN payloads", {
    float64: () =>
      payloads(0x7ff8000000000001n, 0x7ff0000000000001n, 0xffffffffffffffffn, 0xfff8000000000000n),
    "float64, 200 elements": () =>
      payloads(...Array.from({ length: 200 }, (_, i) => 0x7ff8000000000000n + BigInt(i))),
    float32: () => new Float32Array(new Uint32Array([0x7fc00001, 0x7f800001, 0xffffffff]).buffer),
  }),
  ...family("views of one buffer", {
    "two of one kind": () => {
      const b = buffer(16);
      return [new Uint8Array(b), new Uint8Array(b)];
    },
    overlapping: () => {
      const b = buffer(32);
      return {
        bytes: new Uint8Array(b, 3, 9),
        doubles: new Float64Array(b, 8, 2),
        words: new Int16Array(b, 0, 4),
      };
    },
    "DataView and buffer": () => {
      const b = buffer(8);
      return [b, new DataView(b, 1, 5), new Uint8Array(b)];
    },
    "apart, nothing between used": () => {
      const b = buffer(1000);
      return [new Uint8Array(b, 0, 1), new Uint8Array(b, 999, 1)];
    },
    "equal buffers stay two": () => [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    large: () => {
      const b = buffer(8000);
      return [new Float64Array(b), new Uint8Array(b, 8, 200)];
    },
    "in a cycle": () => {
      const b = buffer(4) as ArrayBuffer & { views?: unknown[] };
      b.views = [new Uint8Array(b), give(new Uint8Array(b, 1), { b })];
      return b.views[0];
    },
  }),
  ...family("typed array", {
    "not extensible": () => Object.preventExtensions(new Uint8Array([1, 2])),
    "frozen, empty": () => Object.freeze(new Uint8Array()),
    "null prototype": () => Object.setPrototypeOf(new Uint8Array([1]), null) as object,
    "another kind's prototype": () =>
      Object.setPrototypeOf(new Uint8Array([1, 2]), Float64Array.prototype) as object,
    "own length and buffer": () =>
      define(new Uint8Array([1, 2]), {
        length: { value: 7 },
        buffer: { value: null },
        byteOffset: { value: 1 },
      }),
    "symbol and hidden properties": () =>
      define(new Uint8Array([1]), { [Symbol("s")]: { value: 1 }, h: { value: {} } }),
    shared: () => {
      const view = new Float64Array([1, 2]);
      return [view, { view }, new Float64Array([1, 2])];
    },
    "containing itself": () => {
      const view = new Float64Array([1]) as Float64Array & { self?: unknown };
      view.self = view;
      return view;
    },
    "10^5 elements": () => Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i)),
    subclass: () => new Samples([1, 2.5]) as object,
    "subclass, view of a shared buffer": () => {
      const b = buffer(32);
      return [new Samples(b, 8, 2) as object, b];
    },
    "subclass, 500 elements": () => new Samples(500) as object,
    "subclass overriding everything": () =>
      Reflect.construct(Uint8Array, [[1, 2, 3]], HostileSamples as never) as object,
  }),
  ...family("DataView", {
    whole: () => new DataView(buffer(8)),
    part: () => new DataView(buffer(8), 2, 3),
    empty: () => new DataView(buffer(8), 8),
    tracking: () => new DataView(buffer(8, 16), 2),
    "of shared memory": () => new DataView(shared(8)),
    properties: () => give(new DataView(buffer(4)), { littleEndian: true }),
    subclass: () => new Frame(buffer(4), 1) as object,
    frozen: () => Object.freeze(new DataView(buffer(4))),
  }),
  ...family("ArrayBuffer", {
    empty: () => new ArrayBuffer(0),
    zeros: () => new ArrayBuffer(100),
    bytes: () => buffer(300),
    "10^5 bytes": () => buffer(100_000),
    resizable: () => buffer(8, 16),
    "resizable, empty": () => buffer(0, 16),
    "resizable, full": () => buffer(8, 8),
    "resizable, once larger": () => {
      const b = buffer(16, 16) as ArrayBuffer & { resize(size: number): void };
      b.resize(4);
      return b;
    },
    "resizable, views of every kind": () => {
      const b = buffer(32, 64);
      return [
        new Uint8Array(b),
        new Uint8Array(b, 8),
        new Uint8Array(b, 8, 4),
        new DataView(b, 4),
        new DataView(b, 4, 4),
        b,
      ];
    },
    "view of length 0 at the end": () => new Uint8Array(buffer(8), 8),
    properties: () => give(buffer(2), { note: 1 }),
    frozen: () => Object.freeze(buffer(2)),
    "null prototype": () => Object.setPrototypeOf(buffer(2), null) as object,
    shared: () => {
      const b = buffer(2);
      return [b, b, buffer(2)];
    },
    subclass: () => buffer(4, undefined, Memory),
    "subclass, resizable, with view": () => new Uint8Array(buffer(4, 8, Memory)),
  }),
  ...family("SharedArrayBuffer", {
    bytes: () => shared(8),
    growable: () => shared(8, 16),
    "with views": () => {
      const b = shared(16);
      return [new Int32Array(b), new Uint8Array(b, 1, 2), b];
    },
    "growable, tracking view": () => new Uint8Array(shared(8, 16), 2),
    "growable, fixed view": () => new Uint8Array(shared(8, 16), 2, 6),
    subclass: () => buffer(4, undefined, SharedMemory),
  }),
  ...family("Buffer", {
    "in the pool": () => Buffer.from("pooled text"),
    "two in the pool": () => [Buffer.from("one"), Buffer.from("two")],
    "parts of one in the pool": () => {
      const b = Buffer.from("0123456789");
      return [b.subarray(2, 6), b.subarray(4, 8), b];
    },
    "not in the pool": () => Buffer.alloc(10, "ab"),
    empty: () => Buffer.alloc(0),
    "on a buffer of its own": () => Buffer.from(buffer(16), 4, 8),
    "beside a view of its buffer": () => {
      const b = buffer(16);
      return [Buffer.from(b, 4, 8), new Uint8Array(b)];
    },
    "on shared memory": () => Buffer.from(shared(8)),
    "any bytes": () => Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    "10^5 bytes": () => Buffer.alloc(100_000, "0123456789"),
    properties: () => give(Buffer.alloc(2), { note: 1 }),
    shared: () => {
      const b = Buffer.from("a");
      return [b, { b }];
    },
    "containing itself": () => {
      const b = Buffer.alloc(2) as Buffer & { self?: unknown };
      b.self = b;
      return b;
    },
  }),
];

/** An n-dimensional array of elements 0, 1, 2, … */
function nd(dtype: string, data: unknown, shape: number[], more: object = {}): NDArray {
  return new NDArray({ dtype, data: data as Float64Array, shape, ...more });
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i - 3);

const ndarrays: Kept[] = [
  ...Object.entries(kinds)
    .filter(([name]) => !name.includes("Clamped") && name !== "Float16Array")
    .map(([name, Class]) => ({
      name: `NDArray: of a ${name}`,
      make: () => new NDArray({ data: make(Class, buffer(48)) as Float64Array, shape: [2, 3] }),
    })),
  ...family("NDArray", {
    float64: () => nd("float64", Float64Array.from(range(6)), [2, 3]),
    "float64, -0, NaN and payloads": () =>
      nd("float64", payloads(0x8000000000000000n, 0x7ff8000000000001n), [2]),
    "no dimensions": () => nd("float64", new Float64Array([7]), []),
    "no elements": () => nd("float64", new Float64Array(), [0, 3]),
    "three dimensions": () => nd("int32", Int32Array.from(range(24)), [2, 3, 4]),
    complex128: () => nd("complex128", Float64Array.from(range(8)), [2, 2]),
    complex64: () => nd("complex64", Float32Array.from(range(4)), [2]),
    bool: () => nd("bool", Uint8Array.from([0, 1, 1, 0]), [4]),
    datetime64: () => nd("datetime64[ns]", BigInt64Array.from([0n, -(2n ** 63n)]), [2]),
    timedelta64: () => nd("timedelta64[s]", BigInt64Array.from([5n]), [1]),
    "fixed bytes": () => nd("S3", Uint8Array.from([97, 98, 99, 100, 0, 0]), [2]),
    "Fortran order": () => nd("float64", Float64Array.from(range(6)), [2, 3], { stride: [1, 2] }),
    backwards: () => nd("float64", Float64Array.from(range(6)), [6], { stride: [-1], offset: 5 }),
    "a window": () => nd("float64", Float64Array.from(range(20)), [2, 2], { stride: [5, 1], offset: 6 }),
    "repeated by stride 0": () => nd("float64", Float64Array.from([1, 2]), [3, 2], { stride: [0, 1] }),
    attributes: () =>
      nd("float64", Float64Array.from([1]), [1], {
        attributes: { units: "m", scale: 2, list: [1, { a: 1 }] },
      }),
    "10^4 elements": () => nd("float64", Float64Array.from(range(10_000)), [100, 100]),
    shared: () => {
      const a = nd("float64", Float64Array.from([1, 2]), [2]);
      return [a, { a }, nd("float64", Float64Array.from([1, 2]), [2])];
    },
    "in a cycle": () => {
      const o: Record<string, unknown> = {};
      o["psi"] = nd("float64", Float64Array.from([1, 2]), [2]);
      o["self"] = o;
      return o;
    },
    "in a Map and frozen": () =>
      new Map([["a", Object.freeze({ a: nd("float32", Float32Array.from([1]), [1]) })]]),
  }),
];

export const memory: Kept[] = [...everyKind, ...views, ...ndarrays];
