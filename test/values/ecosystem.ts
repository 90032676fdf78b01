// n-dimensional arrays as other libraries really make them. Those of scijs/ndarray and numpy-ts come back as NDArrays; chunks of zarrita are plain objects.
import { NDArray } from "persist-archive";
import { family } from "./case.ts";
import type { Kept } from "./case.ts";

interface Scijs {
  transpose(...axes: number[]): Scijs;
  lo(...start: number[]): Scijs;
  hi(...end: number[]): Scijs;
  step(...by: number[]): Scijs;
  pick(...index: (number | null)[]): Scijs;
}

interface NumpyTs {
  readonly data: Float64Array;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly dtype: string;
  readonly storage: { readonly offset: number };
  reshape(shape: number[]): NumpyTs;
  transpose(): NumpyTs;
  slice(...selection: string[]): NumpyTs;
  add(value: number): NumpyTs;
}

interface Libraries {
  ndarray(data: unknown, shape?: number[], stride?: number[], offset?: number): Scijs;
  numpy: {
    array(elements: unknown, dtype?: string): NumpyTs;
    arange(count: number): NumpyTs;
    zeros(shape: number[]): NumpyTs;
  };
  zarr: {
    create(store: unknown, options: object): Promise<unknown>;
    set(array: unknown, selection: null, chunk: object): Promise<void>;
    get(array: unknown, selection?: unknown[]): Promise<unknown>;
    slice(start: number, stop: number): unknown;
  };
}

const fixture = new URL("../../../test/fixtures/ecosystem.mjs", import.meta.url).href;
const { ndarray, numpy, zarr } = (await import(fixture)) as Libraries;
const { array, arange, zeros } = numpy;

const range = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i / 3);
const cube = (): Scijs => ndarray(range(24), [2, 3, 4]);

const scijs: Kept[] = family(
  "scijs/ndarray",
  {
    matrix: () => ndarray(range(6), [2, 3]),
    "one axis": () => ndarray(range(3)),
    "no axes": () => ndarray(new Float64Array([1, 7]), [], [], 1),
    "no elements": () => ndarray(new Float64Array(), [0, 3]),
    transposed: () => cube().transpose(2, 0, 1),
    window: () => cube().lo(1, 1, 1).hi(1, 2, 2),
    backwards: () => cube().step(-1, 1, 2),
    "a row": () => cube().pick(1, null, null),
    "two views of one": () => {
      const a = cube();
      return { a, turned: a.transpose(1, 0, 2), data: (a as unknown as { data: object }).data };
    },
    "shared, in a cycle": () => {
      const o: Record<string, unknown> = { a: cube() };
      o["again"] = [o["a"], o];
      return o;
    },
    "clamped bytes, 64-bit integers, a Buffer": () => [
      ndarray(new Uint8ClampedArray([1, 300]), [2]),
      ndarray(new BigInt64Array([-1n]), [1]),
      ndarray(Buffer.from("abc"), [3]),
    ],
    large: () => ndarray(range(5000), [50, 100]).transpose(1, 0),
  },
  { options: { ndarrays: "shaped" } },
);

/** The arrays of numpy-ts in a value, taken by its own interface; what came back is left as it is. */
function asNDArrays(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNDArrays);
  if (!(value instanceof Object) || !("storage" in value)) return value;
  const { data, shape, strides, dtype, storage } = value as unknown as NumpyTs;
  // its memory is WebAssembly's, of which only the elements count
  return new NDArray({ data: data.slice(), shape, stride: strides, dtype, offset: storage.offset });
}

const numpyTs: Kept[] = family(
  "numpy-ts",
  {
    ...Object.fromEntries(
      (
        [
          "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
          "complex64", "complex128",
        ] as const
      ).map((dtype) => [dtype, () => array([[0, 1, 2], [3, 4, 0]], dtype)]), // prettier-ignore
    ),
    "no axes": () => array(5),
    transposed: () => arange(6).reshape([2, 3]).transpose(),
    window: () => arange(20).reshape([4, 5]).slice("1:3", "2:5"),
    backwards: () => arange(6).slice("::-1"),
    "complex, every second": () => array([1, 2, 3, 4], "complex128").slice("1::2"),
    "two views of one": () => {
      const a = arange(6).reshape([2, 3]);
      return [a, a.transpose()];
    },
    large: () => zeros([50, 100]).add(0.1).transpose(),
  },
  { view: asNDArrays },
);

async function zarritaChunks(): Promise<Record<string, () => unknown>> {
  const stored = await zarr.create(new Map(), { shape: [4, 3], chunkShape: [2, 2], dtype: "float64" });
  await zarr.set(stored, null, { data: range(12), shape: [4, 3], stride: [3, 1] });
  const whole = await zarr.get(stored);
  const window = await zarr.get(stored, [zarr.slice(1, 3), null]);
  const column = await zarr.get(stored, [null, 1]);
  return { whole: () => whole, window: () => window, column: () => [column, column] };
}

export const ecosystem: Kept[] = [...scijs, ...numpyTs, ...family("zarrita", await zarritaChunks())];
