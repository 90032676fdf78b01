// The addon as the system's loader sees it: what it offers, and what it asks of the machine it is loaded on. So the one that is built here, and those in prebuilds/, which the package ships.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "../support/temporary.ts";
import { filesBelow, root, systemLibraries } from "./checkout.ts";

const { resolve } = createRequire(import.meta.url)("node-gyp-build") as {
  resolve: (directory: string) => string;
};

const shipped = (existsSync(`${root}prebuilds`) ? filesBelow("prebuilds") : []).map((path) => root + path);
const isAddon = (path: string): boolean => path.endsWith(".node");

/** 2028 for "2.28", so that versions compare as numbers. */
function versionNumber(version: string): number {
  const [major, minor] = version.split(".").map(Number);
  return major! * 1000 + (minor ?? 0);
}

for (const file of new Set([resolve(root), ...shipped])) {
  describe(`${isAddon(file) ? "the addon" : "the library"} ${file.slice(root.length)}`, function () {
    const objdump = (option: string): string =>
      execFileSync("objdump", [option, file], { encoding: "utf8", maxBuffer: 2 ** 28 });

    before(function () {
      if (process.platform !== "linux") this.skip();
    });

    if (isAddon(file))
      it("offers Node-API's two entry points and no other symbol, so that its HDF5 cannot collide with another", () => {
        const defined = objdump("-T")
          .split("\n")
          .filter((line) => /^[0-9a-f]{8,} [^l]/.test(line) && !line.includes("*UND*"))
          .map((line) => line.trim().split(/\s+/).at(-1)!);
        assert.deepEqual(defined.toSorted(), [
          "napi_register_module_v1",
          "node_api_module_get_api_version_v1",
        ]);
      });

    it("loads where Node 20 does: with glibc 2.28", () => {
      const versions = [...objdump("-T").matchAll(/\(GLIBC_([0-9.]+)\)/g)].map(([, version]) => version!);
      assert.ok(versions.length > 0);
      const tooNew = versions.filter((version) => versionNumber(version) > versionNumber("2.28"));
      assert.deepEqual(tooNew, []);
    });

    it("needs no library but the C library's own, and one that is beside it", () => {
      const needed = [...objdump("-p").matchAll(/NEEDED +(\S+)/g)].map(([, name]) => name!);
      assert.ok(needed.length > 0);
      const others = needed.filter(
        (name) => !/^(lib(c|m|dl|pthread|rt)|ld-linux-[\w-]+)\.so\.\d+$/.test(name),
      );
      // in a checkout it is the system's
      const missing = others.filter(
        (name) =>
          name !== "libisal.so.2" || (shipped.includes(file) && !existsSync(join(dirname(file), name))),
      );
      assert.deepEqual(missing, []);
    });

    it("asks for no executable stack and no writable code", () => {
      const headers = objdump("-p");
      assert.match(headers, /STACK .*\n.*flags rw-/);
      assert.doesNotMatch(headers, /TEXTREL/);
    });
  });
}

describe("another HDF5 in the process", () => {
  it("is not in the way of the addon's own", function () {
    if (process.platform !== "linux") this.skip();
    const [other] = systemLibraries("libhdf5_serial.so.");
    assert.ok(other !== undefined, "libhdf5-dev brings it");
    // Loaded first, its names come first wherever the loader looks them up.
    const program = `
      import { readFileSync } from "node:fs";
      import { readArray, writeArray } from "persist-archive";
      const path = ${JSON.stringify(`${temporaryDirectory()}/two.h5#/a/b`)};
      await writeArray(path, Float64Array.of(1, 2, 3));
      const { data } = await readArray(path);
      console.log(data.join(), readFileSync("/proc/self/maps", "utf8").includes("libhdf5_serial"));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, LD_PRELOAD: other },
    });
    assert.equal(stdout, "1,2,3 true\n", stderr);
  });
});
