// A data set on a disk that fails, and in a process that dies. Here a part of it; `npm run sweep` does all.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DataSet } from "persist-archive";
import { runSweep } from "../faults/campaign.ts";
import { REPAIR, STEPS } from "../faults/script.ts";
import { temporaryDirectory } from "../support/temporary.ts";

describe("a data set that is changed in every way", function () {
  this.timeout(180_000);

  it("has what was acknowledged, and nothing half there, whatever file operation fails or is the last", async () => {
    // each is struck in half of the ways
    const { cases, failed, violations } = await runSweep(2, () => {});
    assert.deepEqual(violations, []);
    assert.ok(cases >= 2000 && failed > cases / 3, `${cases} cases, of which ${failed} failed`);
  });

  it("is changed in every way that there is", async () => {
    // whoever adds a method that writes adds a step to the script
    const prototype = DataSet.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    const methods = Object.getOwnPropertyNames(prototype).filter(
      (name) => name !== "constructor" && name !== "size",
    );
    const originals = methods.map((name) => [name, prototype[name]!] as const);
    const called = new Set<string>();
    for (const [name, method] of originals)
      prototype[name] = function (...args) {
        called.add(name);
        return method.apply(this, args);
      };
    try {
      const set = await DataSet.open(join(temporaryDirectory(), "runs"), { mode: "a" });
      for (const { run } of [...STEPS, REPAIR]) await run(set);
      await set.close();
    } finally {
      Object.assign(prototype, Object.fromEntries(originals));
    }
    assert.deepEqual(methods.filter((name) => !called.has(name)).toSorted(), [
      "claim",
      "get",
      "info",
      "names",
      "refresh",
      "tryClaim",
      "verify",
      "watch",
    ]);
  });
});
