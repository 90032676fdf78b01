// What the reader refuses: the code, the line and the column, and that nothing has run.
import assert from "node:assert/strict";
import { PersistError, restore } from "persist-archive";
import { malformed, others, wouldReach, wouldRun, type Refusal } from "./refused.ts";
import { snapshot } from "./intrinsics.ts";

const codes = {
  CODE: "PERSIST_UNTRUSTED_CODE",
  SYNTAX: "PERSIST_SYNTAX",
  IMPORT: "PERSIST_UNTRUSTED_IMPORT",
  NOT_FOUND: "PERSIST_NOT_FOUND",
  VERSION: "PERSIST_VERSION",
  FORMAT: "PERSIST_FORMAT",
};

function refuses({ text, code }: Refusal): void {
  const at = text.indexOf("^");
  assert.notEqual(at, -1, "the place is marked");
  const before = text.slice(0, at).split("\n");
  let error: unknown;
  try {
    restore(text.slice(0, at) + text.slice(at + 1));
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof PersistError, `it was accepted, or threw ${String(error)}`);
  assert.equal(error.code, codes[code], error.message);
  assert.deepEqual([error.line, error.column], [before.length, before.at(-1)!.length + 1], error.message);
}

describe("restore refuses", () => {
  let touched = false;
  let before: Map<object, unknown>;

  beforeEach(() => {
    touched = false;
    Object.assign(globalThis, { touched: () => (touched = true) });
    before = snapshot();
  });

  afterEach(() => {
    assert.equal(touched, false, "code of the text was run");
    assert.deepEqual(snapshot(), before, "an intrinsic was changed");
    Reflect.deleteProperty(globalThis, "touched");
  });

  for (const [group, table] of Object.entries({
    "what would run code": wouldRun,
    "what would reach beyond the text": wouldReach,
    "what is no module": malformed,
    "imports and versions": others,
  })) {
    describe(group, () => {
      for (const [name, refusal] of Object.entries(table)) it(name, () => refuses(refusal));
    });
  }

  it("says how an import is allowed", () => {
    assert.throws(() => restore('import { Grid } from "my-sim";'), /modules: .*my-sim.*trust: \["my-sim"\]/);
  });
});
