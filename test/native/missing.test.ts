// Where the addon is missing, the error says which file was looked for and how to build it; what needs no addon works.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../support/temporary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe("a missing addon", () => {
  it("is an error that names the file looked for and the command that builds it", () => {
    const home = temporaryDirectory();
    cpSync(join(root, "dist"), join(home, "dist"), { recursive: true });
    cpSync(join(root, "package.json"), join(home, "package.json"));
    mkdirSync(join(home, "node_modules"));
    symlinkSync(join(root, "node_modules/node-gyp-build"), join(home, "node_modules/node-gyp-build"));
    const program = `
import { NDArray, writeArray } from "persist-archive";
const array = new NDArray({ data: new Float64Array([1, 2]), shape: [2] });
const error = await writeArray("a.npy", array).then(() => null, (reason) => reason);
console.log(JSON.stringify({ element: array.get(1), code: error.code, file: error.file, message: error.message }));
`;
    const env = { ...process.env };
    delete env["PERSIST_ARCHIVE_PREBUILD"];
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: home,
      encoding: "utf8",
      env,
    });
    const { element, code, file, message } = JSON.parse(output) as Record<string, string>;
    assert.equal(element, 2);
    assert.equal(code, "PERSIST_NO_ADDON");
    assert.equal(file, join(home, "build/Release/persist_archive.node"));
    assert.ok(message?.includes(file ?? "?") && message.includes("npm run build"), message);
  });
});
