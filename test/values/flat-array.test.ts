import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

describe("long arrays", () => {
  it("are told apart by how the engine holds them, and no accessor runs", function () {
    this.timeout(60_000);
    const script = fileURLToPath(new URL("flat-array.js", import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    assert.equal(stderr, "");
    assert.deepEqual(JSON.parse(stdout), []);
  });
});
