// The reader against the engine: every accepted text gives the same graph by both.
import assert from "node:assert/strict";
import { restore } from "persist-archive";
import { accepted } from "./accepted.ts";
import { acceptedCalls } from "./accepted-calls.ts";
import { compare, imported } from "./engine.ts";

describe("restore gives what the engine gives for", () => {
  for (const [name, text] of Object.entries({ ...accepted, ...acceptedCalls })) {
    it(name, async () => assert.equal(compare(await imported(text), restore(text)), null));
  }

  it("gives the exports in the order of the text", () => {
    const exports = restore("const a = 1; export { a as z, a as default }; export const b = 2;");
    assert.deepEqual(Object.keys(exports), ["z", "default", "b"]);
    assert.equal(Object.getPrototypeOf(exports), null);
  });
});
