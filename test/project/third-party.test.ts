// THIRD_PARTY.md has every library whose code the package brings, with the text of its licence. What is brought is read off the build: the archives that the linker gets, the headers that
// are included from outside, the packages that package.json depends on.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { filesBelow, read } from "./checkout.ts";

/** By what one sees of a library in the build. */
const NAMES: Record<string, string> = {
  "libhdf5_pic.a": "HDF5",
  "hdf5.h": "HDF5",
  "szlib.h": "libaec",
  "libsz.a": "libaec",
  "libaec.a": "libaec",
  "libz.a": "zlib",
  "zlib.h": "zlib",
  "libdeflate.a": "libdeflate",
  "libdeflate.h": "libdeflate",
  "libisal.so": "ISA-L",
  "isa-l/igzip_lib.h": "ISA-L",
  "xxhash.h": "xxHash",
  "napi.h": "node-addon-api",
  "node_api.h": "node-api-headers",
  "-static-libstdc++": "libstdc++ and libgcc",
  "-static-libgcc": "libstdc++ and libgcc",
};

function nameOf(sign: string): string {
  const name = NAMES[sign];
  assert.ok(name !== undefined, `${sign} is new in the build: add it here and to THIRD_PARTY.md`);
  return name;
}

/** Libraries that the package brings, and switches that bring some, on the line that links the addon. */
function linked(): string[] {
  const ninja = "build/Release/build.ninja";
  const text = read(existsSync(ninja) ? ninja : "build/Release/CMakeFiles/persist_archive.dir/link.txt");
  return [...text.matchAll(/([\w.+-]+\.a|libisal\.so)(?=[\s:]|$)|(-static-lib\S+)/gm)]
    .map(([, archive, option]) => archive ?? option!)
    .filter((sign) => !/^libhdf5(_serial)?\.a$/.test(sign)); // what libhdf5_pic.a is made of
}

/** Headers in angle brackets that are neither the language's nor the system's. */
function included(): string[] {
  const ofTheSystem = /^(c?[a-z_]+|sys\/.*|linux\/.*|(bits|asm)\/.*)$/;
  const system = new Set([
    "dlfcn.h",
    "emmintrin.h",
    "errno.h",
    "fcntl.h",
    "link.h",
    "math.h",
    "poll.h",
    "pthread.h",
    "signal.h",
    "stddef.h",
    "stdint.h",
    "stdio.h",
    "unistd.h",
  ]);
  return filesBelow("native")
    .filter((path) => /\.(c|cc|h)$/.test(path))
    .flatMap((path) => [...read(path).matchAll(/^#include <([^>]+)>/gm)].map(([, header]) => header!))
    .filter((header) => !ofTheSystem.test(header) && !system.has(header));
}

describe("THIRD_PARTY.md", () => {
  const text = read("THIRD_PARTY.md");
  const rows = [...text.matchAll(/^\| (?:\[([^\]]+)\]\([^)]*\)|([^|[]+?)) \|/gm)]
    .map(([, linkText, plain]) => linkText ?? plain!)
    .filter((name) => !/^(library|package|---)$/.test(name));
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };

  it("lists what the addon links and includes, and what the package depends on, and nothing else", () => {
    const [archives, headers] = [linked(), included()];
    assert.ok(archives.length > 5 && headers.length > 5);
    const wanted = new Set([...archives, ...headers, "node_api.h"].map(nameOf));
    assert.deepEqual(rows.toSorted(), [...wanted, ...Object.keys(dependencies)].toSorted());
  });

  it("has the licence of each in full", () => {
    for (const name of rows) {
      const section = text.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
      const licence = /```text\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
      assert.ok(licence.length > 900, `${name}: the text of its licence is missing`);
      assert.match(licence, /Copyright/i, name);
    }
  });

  it("goes with the package", () => {
    const { files } = JSON.parse(read("package.json")) as { files: string[] };
    assert.ok(files.includes("THIRD_PARTY.md"));
    assert.ok(Object.keys(dependencies).length <= 2);
  });
});
