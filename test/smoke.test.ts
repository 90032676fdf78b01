import assert from "node:assert/strict";
import { PersistError } from "persist-archive";

describe("errors", () => {
  it("carry a code", () => {
    assert.equal(new PersistError("PERSIST_IO", "x").code, "PERSIST_IO");
  });
});
