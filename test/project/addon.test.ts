// The built addon as the system's loader sees it: what it offers, and what it asks of the machine it is loaded on.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { root } from "./checkout.ts";

const { resolve } = createRequire(import.meta.url)("node-gyp-build") as {
  resolve: (directory: string) => string;
};

function objdump(option: string): string {
  return execFileSync("objdump", [option, resolve(root)], { encoding: "utf8" });
}

/** 2028 for "2.28", so that versions compare as numbers. */
function versionNumber(version: string): number {
  const [major, minor] = version.split(".").map(Number);
  return major! * 1000 + (minor ?? 0);
}

describe("the built addon", function () {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });

  it("offers Node-API's two entry points and no other symbol, so that its HDF5 cannot collide with another", () => {
    const defined = objdump("-T")
      .split("\n")
      .filter((line) => /^[0-9a-f]{8,} /.test(line) && !line.includes("*UND*"))
      .map((line) => line.trim().split(/\s+/).at(-1)!);
    assert.deepEqual(defined.toSorted(), ["napi_register_module_v1", "node_api_module_get_api_version_v1"]);
  });

  it("loads where Node 20 does: with glibc 2.28", () => {
    const versions = [...objdump("-T").matchAll(/\(GLIBC_([0-9.]+)\)/g)].map(([, version]) => version!);
    assert.ok(versions.length > 0);
    const tooNew = versions.filter((version) => versionNumber(version) > versionNumber("2.28"));
    assert.deepEqual(tooNew, []);
  });

  it("needs no library but the C library's own", () => {
    const needed = [...objdump("-p").matchAll(/NEEDED +(\S+)/g)].map(([, name]) => name!);
    assert.ok(needed.length > 0);
    const others = needed.filter((name) => !/^(lib(c|m|dl|pthread|rt)|ld-linux-[\w-]+)\.so\.\d+$/.test(name));
    assert.deepEqual(others, []);
  });

  it("asks for no executable stack and no writable code", () => {
    const headers = objdump("-p");
    assert.match(headers, /STACK .*\n.*flags rw-/);
    assert.doesNotMatch(headers, /TEXTREL/);
  });
});
