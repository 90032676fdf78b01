// Programs that run under Node's permission model, which keeps the inspector from them, and in all but its oldest forms fsync.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const PROGRAM = `
import { closeSync, fsyncSync, openSync } from "node:fs";
import { open, register, restore, save, stringify } from "persist-archive";
const { Empty } = await import("./test/fixtures/modules/classes.mjs");
const path = process.argv[1];
const say = {};
const outcome = async (name, action) => { try { say[name] = await action() ?? "done"; } catch ({ code, message }) { say[name] = [code, message]; } };
const values = { x: new Float64Array(2000).fill(1.5), many: Array.from({ length: 20_000 }, (_, k) => k), odd: Object.assign(Array.from({ length: 20_000 }, (_, k) => k), { 4294967295: "no index" }), wide: Object.assign(new Uint8Array(1000), { label: "w" }) };
await outcome("save", async () => { await save(path, values, { durability: "process" }); });
await outcome("open", async () => { const { x, many, odd, wide } = await open(path); return [x.length, x[7], many.length, odd[4294967295], wide.label]; });
await outcome("fsync", () => { const file = openSync(path + "-file", "w"); try { fsyncSync(file); } finally { closeSync(file); } });
await outcome("synced", () => save(path + "-synced", { a: 1 }));
await outcome("elsewhere", () => save("/elsewhere", { a: 1 }, { durability: "process" }));
await outcome("instance", () => stringify({ a: new Empty() }));
await outcome("function", () => stringify({ a: Empty }));
register(Empty, { module: "./classes.mjs", name: "Empty" });
await outcome("registered", () => stringify({ a: Empty }).includes("./classes.mjs"));
console.log(JSON.stringify(say));
`;

describe("under Node's permission model", () => {
  it("what can be done is done, and the rest is refused with the reason", () => {
    const [major] = process.versions.node.split(".").map(Number);
    const path = join(temporaryDirectory(), "run");
    const flags = [
      major! < 22 ? "--experimental-permission" : "--permission",
      "--allow-addons",
      "--allow-fs-read=*",
      `--allow-fs-write=${join(path, "..")}/*`,
    ];
    const output = execFileSync(
      process.execPath,
      [...flags, "--no-warnings", "--input-type=module", "-e", PROGRAM, "--", path],
      { cwd: root, encoding: "utf8" },
    );
    const said = JSON.parse(output) as Record<string, unknown>;
    assert.equal(said["save"], "done");
    assert.deepEqual(said["open"], [2000, 1.5, 20_000, "no index", "w"]);
    const isSynced = said["fsync"] === "done";
    if (isSynced) assert.ok("files" in (said["synced"] as object), "saved, as Node lets it");
    for (const [name, code, words] of [
      ...(isSynced ? [] : [["synced", "PERSIST_IO", /Permission Model/] as const]),
      ["elsewhere", "PERSIST_IO", /restricted/],
      ["instance", "PERSIST_UNSUPPORTED_VALUE", /^\.a .*inspector/],
      ["function", "PERSIST_UNSUPPORTED_VALUE", /^\.a .*inspector/],
    ] as const) {
      const [found, message] = said[name] as [string, string];
      assert.equal(found, code, message);
      assert.match(message, words);
    }
    assert.equal(said["registered"], true);
  });
});
