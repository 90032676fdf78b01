// Element types: names, descriptors, and halves without Float16Array.
import assert from "node:assert/strict";
import { isPersistError } from "persist-archive";
import { descrOf, dtype, dtypeOf, float16FromBits, float16ToBits, parseDescr } from "#dist/dtype.js";
import { python } from "../support/python.ts";

const NAMES = [
  ..."bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split(
    " ",
  ),
  ..."datetime64[ns] timedelta64[25s] datetime64[D] timedelta64 S10 S0 U5 V8".split(" "),
];

describe("element types", () => {
  it("are what NumPy calls so", () => {
    const seen = python<[string, string, number][]>(
      `result = [[n, np.lib.format.dtype_to_descr(np.dtype(n)) if n[0] != "V" else np.dtype(n).str, np.dtype(n).itemsize] for n in given]`,
      NAMES,
    );
    assert.deepEqual(
      NAMES.map((name) => [name, descrOf(name), dtype(name).itemsize_bytes]),
      seen,
    );
  });

  it("come back from their descriptors, in either byte order", () => {
    for (const name of NAMES) {
      const descr = descrOf(name);
      assert.deepEqual(parseDescr(descr), { dtype: dtype(name), bigEndian: false });
      if (!descr.startsWith("<")) continue;
      assert.deepEqual(parseDescr(descr.replace("<", ">")), { dtype: dtype(name), bigEndian: true });
    }
  });

  it("know NumPy's one-letter codes", () => {
    const letters = "?bBhHiIlLqQefdFD".split("");
    const names = python<string[]>("result = [np.dtype(c).name for c in given]", letters);
    assert.deepEqual(
      letters.map((letter) => parseDescr(letter).dtype.name),
      names,
    );
  });

  for (const [descr, code] of [
    ["|O", "PERSIST_UNSUPPORTED"],
    ["<f16", "PERSIST_UNSUPPORTED"],
    ["<c32", "PERSIST_UNSUPPORTED"],
    ["<U536870912", "PERSIST_LIMIT"],
    ["<f3", "PERSIST_FORMAT"],
    ["<b1", "ok"],
    ["", "PERSIST_FORMAT"],
    ["<f8 ", "PERSIST_FORMAT"],
    ["<M8[x]", "PERSIST_FORMAT"],
    ["<f8[ns]", "PERSIST_FORMAT"],
    ["constructor", "PERSIST_FORMAT"],
    ["S", "PERSIST_FORMAT"],
  ] as const) {
    it(`answer ${code} to ${JSON.stringify(descr)}`, () => {
      if (code === "ok") assert.equal(parseDescr(descr).bigEndian, false);
      else
        assert.throws(
          () => parseDescr(descr),
          (error) => isPersistError(error, code),
        );
    });
  }

  it("refuse unknown names as misuse", () => {
    for (const name of ["float", "constructor", "__proto__", "S", "S-1", "datetime64[x]"])
      assert.throws(() => dtype(name), RangeError);
  });

  it("follow the intrinsic class of a typed array, whatever it says of itself", () => {
    class Odd extends Float32Array {
      override get [Symbol.toStringTag](): "Float32Array" {
        return "Int8Array" as "Float32Array";
      }
    }
    assert.equal(dtypeOf(new Odd(1)), "float32");
    assert.equal(dtypeOf(new BigUint64Array(1)), "uint64");
    assert.equal(dtypeOf(Buffer.from("a")), "uint8");
    assert.throws(() => dtypeOf([1]), TypeError);
    assert.throws(() => dtypeOf(new DataView(new ArrayBuffer(1))), TypeError);
  });

  it("convert all 65,536 halves, and doubles to halves, as NumPy does", () => {
    const halves = python<string>(
      "result = np.arange(65536, dtype='<u2').view('<f2').astype('<f8').tobytes().hex()",
    );
    const doubles = new Float64Array(new Uint8Array(Buffer.from(halves, "hex")).buffer);
    for (let bits = 0; bits < 65536; bits++) {
      assert.ok(Object.is(float16FromBits(bits), doubles[bits]!), `bits ${bits}`);
      if (!Number.isNaN(doubles[bits]!)) assert.equal(float16ToBits(doubles[bits]!), bits);
    }
    // values between two halves, and their exact middles
    const samples = python<{ doubles: string; bits: string }>(`
rng = np.random.default_rng(7)
h = np.sort(np.arange(0x7c00, dtype='<u2').view('<f2').astype('<f8'))
middle = (h[:-1] + h[1:]) / 2
x = np.concatenate([middle, np.nextafter(middle, 0), np.nextafter(middle, 1e9), rng.normal(size=20000) * 10.0 ** rng.integers(-9, 6, 20000), [65519.999, 65520, 1e300, np.inf, 0.0]])
x = np.concatenate([x, -x])
with np.errstate(over='ignore'):
    result = {"doubles": x.astype('<f8').tobytes().hex(), "bits": x.astype('<f2').view('<u2').tobytes().hex()}
`);
    const from = new Float64Array(new Uint8Array(Buffer.from(samples.doubles, "hex")).buffer);
    const bits = new Uint16Array(new Uint8Array(Buffer.from(samples.bits, "hex")).buffer);
    assert.ok(from.length > 100_000);
    for (const [k, value] of from.entries()) assert.equal(float16ToBits(value), bits[k], `of ${value}`);
  });
});
