import assert from "node:assert/strict";
import { difference } from "../support/isomorphic.ts";
import type { Kept } from "./case.ts";
import { liesTold } from "./lying.ts";
import { refusedCodeRan } from "./refused.ts";
import { either, kept, refused } from "./table.ts";

describe("the table of values", () => {
  it("is large, and every name is used once", () => {
    const names = [...kept, ...either, ...refused].map(({ name }) => name);
    assert.equal(
      new Set(names).size,
      names.length,
      names.filter((name, i) => names.indexOf(name) !== i).join("; "),
    );
    assert.ok(kept.length > 1000, `${kept.length} values are kept`);
    assert.ok(refused.length > 80, `${refused.length} values are refused`);
    console.log(`      ${kept.length} kept, ${refused.length} refused, ${either.length} either`);
  });

  it("makes the same value at every call", () => {
    for (const { name, make, options, view = (value: unknown) => value } of [...kept, ...either])
      assert.equal(difference(view(make()), view(make()), { ...options, references: [] }), null, name);
  });

  it("tells any two neighbours apart", () => {
    // A table of values that all look alike to the oracle would prove nothing.
    const looked = ({ make, view = (value) => value }: Kept): unknown => view(make());
    const alike = kept.filter((one, i) => i > 0 && difference(looked(kept[i - 1]!), looked(one)) === null);
    assert.deepEqual(
      alike.map(({ name }) => name),
      [],
    );
  });

  it("runs no code of the values by itself", () => {
    for (const { make } of refused) make();
    assert.equal(refusedCodeRan(), 0);
    assert.equal(liesTold(), 0);
  });
});
