// Allocations fail, one in each run, wherever the addon makes one: an error comes of it, and nothing stays behind.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Line {
  readonly name: string;
  readonly allocations: number;
  readonly failed: number;
  readonly left: Record<"blocks" | "descriptors" | "mappings" | "files", number>;
}

describe("an allocation that fails", () => {
  it("is an error, wherever it comes, and leaves no memory, no descriptor and no file", () => {
    const directory = temporaryDirectory();
    const library = join(directory, "no-memory.so");
    const source = join(root, "test/native/no-memory.c");
    execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, source]);
    const plan = join(directory, "plan");
    writeFileSync(plan, new Uint8Array(56));
    const script = fileURLToPath(new URL("no-memory-script.js", import.meta.url));
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ["--expose-gc", script, plan, temporaryDirectory()],
      { cwd: root, encoding: "utf8", env: { ...process.env, LD_PRELOAD: library, NO_MEMORY_FILE: plan } },
    );
    const lines = stdout
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
    const said = `${signal ?? status}, after ${lines.at(-1)?.name}\n${stderr}`;
    assert.equal(status, 0, said);
    assert.equal(lines.length, 29);
    for (const { name, allocations, failed, left } of lines) {
      assert.ok(allocations >= 1 && failed >= 1, `${name}: ${failed} of ${allocations}`);
      assert.ok(
        left.descriptors <= 0 && left.mappings <= 0 && left.files === 0,
        `${name}: ${JSON.stringify(left)}`,
      );
      // one lost at each failure would be as many as there were
      assert.ok(
        left.blocks < Math.max(10, failed / 2),
        `${name}: ${left.blocks} blocks after ${failed} failures`,
      );
    }
  }).timeout(600_000);
});
