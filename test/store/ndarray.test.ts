// NDArray: indexing, slices and copies, compared with NumPy's.
import assert from "node:assert/strict";
import { NDArray, isPersistError, type Selection } from "persist-archive";
import { python } from "../support/python.ts";
import { randomNumbers } from "../support/random.ts";

const counting = (...shape: number[]): NDArray<Float64Array> =>
  new NDArray({ data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => k), shape });

describe("NDArray", () => {
  it("takes its defaults from the data: C order, offset 0, the dtype of the class", () => {
    const a = counting(2, 3);
    assert.deepEqual([a.stride, a.offset, a.dtype, a.size, a.attributes], [[3, 1], 0, "float64", 6, {}]);
    assert.equal(a.get(1, 2), 5);
    assert.equal(a.get(-1, -3), 3);
  });

  it("holds an array without axes", () => {
    const a = new NDArray({ data: new Int32Array([7]), shape: [] });
    assert.equal(a.get(), 7);
    a.set(8);
    assert.equal(a.get(), 8);
    assert.deepEqual(a.contiguous(), a);
  });

  it("gives and takes elements as their dtype asks", () => {
    const c = new NDArray({ data: new Float32Array(4), shape: [2], dtype: "complex64" });
    c.set(1, { re: 1.5, im: -2 });
    assert.deepEqual(c.get(1), { re: 1.5, im: -2 });
    c.set(0, 3);
    assert.deepEqual([...c.data], [3, 0, 1.5, -2]);

    const b = new NDArray({ data: new Uint8Array([0, 7]), shape: [2], dtype: "bool" });
    assert.deepEqual([b.get(0), b.get(1)], [false, true]);
    b.set(0, true);
    assert.equal(b.data[0], 1);

    const t = new NDArray({ data: new BigInt64Array(1), shape: [1], dtype: "datetime64[ns]" });
    t.set(0, -5n);
    assert.equal(t.get(0), -5n);

    const u = new NDArray({ data: new Uint32Array(6), shape: [2], dtype: "U3" });
    u.set(1, "é😀");
    assert.equal(u.get(1), "é😀");
    assert.equal(u.get(0), "");

    const s = new NDArray({ data: new Uint8Array(4), shape: [1], dtype: "S4" });
    s.set(0, "ab");
    assert.deepEqual(s.get(0), new Uint8Array([97, 98]));

    const h = new NDArray({ data: new Uint16Array([0x3c00, 0]), shape: [2], dtype: "float16" });
    h.set(1, -2);
    assert.deepEqual([h.get(0), h.get(1), h.data[1]], [1, -2, 0xc000]);
  });

  it("refuses values and indices that do not fit", () => {
    const a = counting(2, 3);
    assert.throws(() => a.get(2, 0), RangeError);
    assert.throws(() => a.get(0, -4), RangeError);
    assert.throws(() => a.get(0.5, 0), RangeError);
    assert.throws(() => a.get(0), RangeError);
    assert.throws(() => a.set(0, 0, 1n), TypeError);
    const u = new NDArray({ data: new Uint32Array(3), shape: [1], dtype: "U3" });
    assert.throws(() => u.set(0, "four"), RangeError);
    assert.throws(() => u.set(0, 4), TypeError);
  });

  it("refuses fields that cannot be", () => {
    const data = new Float64Array(6);
    for (const [fields, kind] of [
      [{ data: [1, 2] as never, shape: [2] }, TypeError],
      [{ data, shape: [7] }, RangeError],
      [{ data, shape: [-1] }, RangeError],
      [{ data, shape: [1.5] }, RangeError],
      [{ data, shape: 6 as never }, RangeError],
      [{ data, shape: [2 ** 30, 2 ** 30, 0] }, RangeError],
      [{ data, shape: Array.from({ length: 33 }, () => 1) }, RangeError],
      [{ data, shape: [2, 3], stride: [3] }, RangeError],
      [{ data, shape: [2, 3], stride: [4, 1] }, RangeError],
      [{ data, shape: [2, 3], stride: [-3, 1] }, RangeError],
      [{ data, shape: [2], offset: 5 }, RangeError],
      [{ data, shape: [2], offset: -1 }, RangeError],
      [{ data, shape: [4], dtype: "complex128" }, RangeError],
      [{ data, shape: [6], dtype: "int64" }, TypeError],
      [{ data, shape: [6], dtype: "float" }, RangeError],
    ] as const) {
      assert.throws(() => new NDArray(fields), kind, JSON.stringify(fields));
    }
    // the same bounds are fine for an array without elements, and a negative stride from the far end
    assert.equal(new NDArray({ data, shape: [0, 9] }).size, 0);
    assert.equal(new NDArray({ data: counting(6).data, shape: [6], stride: [-1], offset: 5 }).get(0), 5);
  });

  it("slices and copies as NumPy does", function () {
    const seed = 20260724;
    const next = randomNumbers(seed);
    const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
    const bound = (extent: number): number | null => (next() < 0.3 ? null : integer(-extent - 2, extent + 2));
    const cases = Array.from({ length: 400 }, () => {
      const shape = Array.from({ length: integer(1, 4) }, () => integer(0, 5));
      const selections = Array.from({ length: 2 }, () =>
        Array.from({ length: integer(0, shape.length) }, (_, axis) => {
          const extent = shape[axis]!;
          if (next() < 0.2 && extent > 0) return integer(-extent, extent - 1);
          const step = [1, 1, 2, 3, -1, -2][integer(0, 5)]!;
          return step === 1 && next() < 0.5
            ? [bound(extent), bound(extent)]
            : [bound(extent), bound(extent), step];
        }),
      );
      // the second selection applies to what the first one leaves, so it has no indices and fits fewer axes
      const left = shape.length - selections[0]!.filter((entry) => typeof entry === "number").length;
      const second = selections[1]!.filter((entry) => typeof entry !== "number").slice(0, left);
      return { shape, first: selections[0]!, second };
    });
    const answers = python<{ shape: number[]; values: number[] }[]>(
      `
def entry(e):
    return e if isinstance(e, int) else slice(*e)
result = []
for case in given:
    a = np.arange(int(np.prod(case["shape"])), dtype="f8").reshape(case["shape"])
    a = a[tuple(entry(e) for e in case["first"])]
    a = a[tuple(entry(e) for e in case["second"])] if case["second"] else a
    result.append({"shape": list(np.shape(a)), "values": np.asarray(a).ravel().tolist()})
`,
      cases,
    );
    for (const [k, { shape, first, second }] of cases.entries()) {
      const view = counting(...shape)
        .slice(first as unknown as Selection)
        .slice(second as unknown as Selection);
      const copy = view.contiguous();
      assert.deepEqual(
        { shape: [...copy.shape], values: [...copy.data] },
        answers[k],
        `seed ${seed}: ${JSON.stringify(cases[k])}`,
      );
    }
  });

  it("slices without copying, and contiguous() copies only what has gaps", () => {
    const a = counting(4, 3);
    const rows = a.slice([[1, 3]]);
    assert.equal(rows.data, a.data);
    const dense = rows.contiguous();
    assert.equal(dense.data.buffer, a.data.buffer);
    assert.equal(a.contiguous(), a);
    const column = a.slice([[null, null], 1]).contiguous();
    assert.notEqual(column.data.buffer, a.data.buffer);
    assert.deepEqual([...column.data], [1, 4, 7, 10]);
  });

  it("copies what NaNs carry", () => {
    const SIZE = 200_000; // the loop is compiled by its end
    for (const [data, bits] of [
      [new Uint16Array(SIZE).fill(0x7d01), Uint16Array],
      [new Uint32Array(SIZE).fill(0x7fa00001), Float32Array],
      [new BigUint64Array(SIZE).fill(0x7ff4000000000001n), Float64Array],
    ] as const) {
      const dtype = bits === Uint16Array ? "float16" : undefined;
      const array = new NDArray({
        data: new bits(data.buffer),
        shape: [SIZE / 2, 2],
        ...(dtype && { dtype }),
      });
      const column = array.slice([null, 1]).contiguous().data;
      assert.deepEqual(Buffer.from(column.buffer), Buffer.from(data.buffer, 0, column.byteLength));
    }
  });

  it("copies both parts of complex elements", () => {
    const c = new NDArray({
      data: Float64Array.from({ length: 12 }, (_, k) => k),
      shape: [3, 2],
      dtype: "complex128",
    });
    assert.deepEqual([...c.slice([[null, null, -1], 1]).contiguous().data], [10, 11, 6, 7, 2, 3]);
  });

  it("refuses selections that mean nothing", () => {
    const a = counting(2, 3);
    assert.throws(() => a.slice([0, 0, 0]), RangeError);
    assert.throws(() => a.slice([2]), RangeError);
    assert.throws(() => a.slice([[0, 1, 0]]), RangeError);
    assert.throws(() => a.slice([[0.5, 1]]), RangeError);
    assert.throws(() => a.slice([[0] as never]), TypeError);
    for (const entry of ["1", {}, true, 1n]) assert.throws(() => a.slice([entry as never]), TypeError);
    for (const selection of [1, "0", null, { 0: 1 }])
      assert.throws(() => a.slice(selection as never), TypeError);
  });

  it("is told by its symbol, without running anything of the value", () => {
    const a = counting(1);
    assert.equal(NDArray.isNDArray(a), true);
    const foreign = Object.create({ [Symbol.for("persist-archive.NDArray")]: true }) as object;
    assert.equal(NDArray.isNDArray(foreign), true);
    const refuse = (): never => assert.fail("code of the value ran");
    const trap = new Proxy(a, {
      get: refuse,
      getPrototypeOf: refuse,
      has: refuse,
      getOwnPropertyDescriptor: refuse,
    });
    assert.equal(NDArray.isNDArray(trap), false);
    const getter = Object.defineProperty({}, Symbol.for("persist-archive.NDArray"), { get: refuse });
    assert.equal(NDArray.isNDArray(getter), false);
    for (const other of [null, undefined, 1, "a", [], { data: a.data, shape: [1] }])
      assert.equal(NDArray.isNDArray(other), false);
  });

  it("says so when its memory is gone", () => {
    const a = counting(2);
    structuredClone(a.data.buffer, { transfer: [a.data.buffer as ArrayBuffer] });
    assert.throws(
      () => a.get(0),
      (error) => isPersistError(error, "PERSIST_CLOSED"),
    );
  });
});
