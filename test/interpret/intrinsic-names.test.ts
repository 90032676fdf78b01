// The table of intrinsics: names to values and back.
import assert from "node:assert/strict";
import { restore } from "persist-archive";
import { intrinsicName } from "#dist/intrinsics.js";

describe("the name of an intrinsic", () => {
  it("is the shortest one", () => {
    assert.equal(intrinsicName(Math.sin), "Math.sin");
    assert.equal(intrinsicName(Array.prototype), "Array.prototype");
    assert.equal(intrinsicName(Number.parseFloat), "parseFloat");
    assert.equal(intrinsicName(Array.prototype.map), "Array.prototype.map");
    assert.equal(intrinsicName(Symbol.iterator), "Symbol.iterator");
    assert.equal(intrinsicName(Uint8Array), "Uint8Array");
    assert.equal(intrinsicName(JSON), "JSON");
    assert.equal(intrinsicName(URL), "URL");
    assert.equal(intrinsicName(TextDecoder), "TextDecoder");
    assert.equal(intrinsicName(Function.prototype), "Function.prototype");
  });

  it("is not given for anything else, nor for what makes code of text", () => {
    for (const value of [
      {},
      () => 1,
      Symbol.for("x"),
      1,
      null,
      undefined,
      "Math",
      eval,
      Function,
      globalThis,
      process.env,
    ]) {
      assert.equal(intrinsicName(value), undefined);
    }
  });

  it("leads back to the value", () => {
    const holders: object[] = [
      Math,
      JSON,
      Object,
      Array,
      Array.prototype,
      String.prototype,
      Map,
      Map.prototype,
      Reflect,
      Promise,
      Intl,
      Atomics,
      URL.prototype,
    ];
    let count = 0;
    for (const holder of holders) {
      for (const key of Reflect.ownKeys(holder)) {
        const value: unknown = Object.getOwnPropertyDescriptor(holder, key)!.value;
        const name = intrinsicName(value);
        if (name === undefined) continue;
        count++;
        assert.equal(restore(`export const a = ${name};`)["a"], value, name);
      }
    }
    assert.ok(count > 150, `${count}`);
  });
});
