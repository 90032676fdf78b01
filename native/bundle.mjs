#!/usr/bin/env node
// Makes bundle/, which is what `import "persist-archive"` loads. In a checkout bundle/index.js leads to the modules in dist/. The package has all of them in one file: that loads three
// times as fast as 200 files do.
//
//   node native/bundle.mjs           the one file (npm runs it before it packs)
//   node native/bundle.mjs --link    the way to dist/ (npm runs it afterwards, and the set-up when it is missing)
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fail, linkBundle } from "./build.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const { values } = parseArgs({ options: { link: { type: "boolean" } } });
if (values.link) linkBundle();
else {
  const { buildSync } = await import("esbuild");
  buildSync({
    // The second is a program of its own: it reads HDF5 files that nobody trusts.
    entryPoints: { index: "dist/index.js", "hdf5-child": "dist/store/hdf5-child.js" },
    outdir: "bundle",
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
  });
  for (const file of ["bundle/index.js", "bundle/hdf5-child.js"]) {
    // Beyond Latin-1 the engine holds a text in twice the memory, and takes longer to compile it.
    const [character] = /[^\0-\xff]/.exec(readFileSync(file, "utf8")) ?? [];
    if (character !== undefined) fail(`${file} contains ${JSON.stringify(character)}; write it as an escape`);
  }
}
