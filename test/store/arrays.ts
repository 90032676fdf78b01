// One array of every element type, for tests that take all of them.
import { dtype } from "#dist/dtype.js";
import type { ArrayToStore } from "#dist/store/store.js";

const TYPES = [
  ..."bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split(
    " ",
  ),
  ..."datetime64[ns] timedelta64[25s] S3 U2 V5".split(" "),
];

const SHAPES = [
  [],
  [1],
  [7],
  [0],
  [2, 0, 3],
  [3, 5],
  [2, 3, 4],
  Array.from({ length: 32 }, (_, axis) => (axis % 16 === 3 ? 2 : 1)),
];

/** Bytes that are valid for the type: anything for numbers, 0 and 1 for bool, code points for text. */
function bytesFor(kind: string, size: number): Uint8Array {
  const bytes = Uint8Array.from({ length: size }, (_, k) => (k * 151 + 7) % 256);
  if (kind === "b") return bytes.map((byte) => byte % 2);
  if (kind === "S") return bytes.map((byte) => 97 + (byte % 26));
  if (kind === "U") return bytes.map((byte, k) => (k % 4 === 0 ? 97 + (byte % 26) : 0));
  return bytes;
}

/** Every type in several shapes, named after both. */
export function everyArray(): ArrayToStore[] {
  return TYPES.flatMap((type, t) =>
    SHAPES.filter((_, s) => s < 3 || (s + t) % 3 === 0).map((shape) => {
      const { kind, itemsize_bytes } = dtype(type);
      const size = shape.reduce((product, extent) => product * extent, itemsize_bytes);
      const name = `${type.replace(/\W/g, "_")}-${shape.length > 8 ? "32d" : shape.join("x") || "scalar"}`;
      return { name, dtype: type, shape, bytes: bytesFor(kind, size) };
    }),
  );
}

/** Arrays in memory where one would not expect them: within a larger buffer, in shared memory, in a resizable buffer. */
export function everyMemory(): ArrayToStore[] {
  const values = Float64Array.from({ length: 300 }, (_, k) => k / 7);
  const within = new Uint8Array(values.buffer, 8, 80);
  const shared = new Uint8Array(new SharedArrayBuffer(2400));
  shared.set(new Uint8Array(values.buffer));
  const resizable = new Uint8Array(new (ArrayBuffer as ResizableConstructor)(2400, { maxByteLength: 5000 }));
  resizable.set(new Uint8Array(values.buffer));
  return [
    { name: "within", dtype: "float64", shape: [2, 5], bytes: within },
    { name: "shared", dtype: "float64", shape: [300], bytes: shared },
    { name: "resizable", dtype: "float64", shape: [300], bytes: resizable },
    { name: "pooled", dtype: "uint8", shape: [11], bytes: Buffer.from("hello pools") },
  ];
}

type ResizableConstructor = new (size: number, options: { maxByteLength: number }) => ArrayBuffer;
