// docs/errors.md and the codes of lib/errors.ts are about the same errors.
import assert from "node:assert/strict";
import { filesBelow, read } from "./checkout.ts";

const union = /export type ErrorCode =([^;]*);/.exec(read("lib/errors.ts"))![1]!;
const codes = [...union.matchAll(/"(PERSIST_\w+)"/g)].map(([, code]) => code!);
const sections = read("docs/errors.md").split(/^## /m).slice(1);

describe("docs/errors.md", () => {
  it("has one heading for each code", () => {
    assert.ok(codes.length > 20);
    const headings = sections.map((section) => section.split("\n")[0]!);
    assert.deepEqual(headings.toSorted(), codes.toSorted());
  });

  it("says of each code that can be thrown what happened, what is safe, and what to do, and of no other", () => {
    const sources = [...filesBelow("lib"), ...filesBelow("native")]
      .filter((path) => /\.(ts|cc|h)$/.test(path) && path !== "lib/errors.ts")
      .map(read)
      .join("\n");
    for (const section of sections) {
      const code = section.split("\n")[0]!;
      const isThrown = sources.includes(`"${code}"`);
      const isExplained = ["What happened.", "What is safe.", "What to do."].every((part) =>
        section.includes(`**${part}**`),
      );
      assert.equal(isExplained, isThrown, code);
      assert.equal(section.includes("Nothing in this version throws it."), !isThrown, code);
    }
  });

  it("names no code that does not exist", () => {
    for (const [code] of read("docs/errors.md").matchAll(/PERSIST_[A-Z_]+/g))
      assert.ok(codes.includes(code), code);
  });
});
