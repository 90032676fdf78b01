#!/usr/bin/env node
// Makes bundle/, which is what `import "persist-archive"` loads. In a checkout bundle/index.js leads to the modules in dist/. The package has all of them in one file, which
// loads several times as fast as 250 files do (docs/decisions/0019-loading.md).
//
//   node native/bundle.mjs               the one file (npm runs it before it packs)
//   node native/bundle.mjs --into DIR    the same elsewhere, to measure it
//   node native/bundle.mjs --link        the way to dist/ (npm runs it afterwards, and the set-up when it is missing)
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fail, linkBundle } from "./build.mjs";

/** Node's modules that most programs do without, or of which an import reads more than it asks for. */
const LATE = /^node:(child_process|crypto|inspector|util|v8|zlib)$/;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const { values } = parseArgs({
  options: { link: { type: "boolean" }, into: { type: "string", default: "bundle" } },
});
if (values.link) linkBundle();
else {
  const { build } = await import("esbuild");
  await build({
    // The second is a program of its own: it reads HDF5 files that nobody trusts.
    entryPoints: { index: "dist/index.js", "hdf5-child": "dist/store/hdf5-child.js" },
    outdir: values.into,
    bundle: true,
    packages: "external",
    plugins: [lateModules()],
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
  });
  for (const name of ["index.js", "hdf5-child.js"]) {
    const file = join(values.into, name);
    // Beyond Latin-1 the engine holds a text in twice the memory, and takes longer to compile it.
    const [character] = /[^\0-\xff]/.exec(readFileSync(file, "utf8")) ?? [];
    if (character !== undefined) fail(`${file} contains ${JSON.stringify(character)}; write it as an escape`);
  }
}

/**
 * Has the bundle load some of Node's modules when one of their functions is called, and not by an import: that reads every export of a module, for some of which Node then loads others
 * (docs/decisions/0019-loading.md).
 */
function lateModules() {
  return {
    name: "late-modules",
    setup(plan) {
      plan.onResolve({ filter: LATE }, ({ path }) => ({ path, namespace: "late" }));
      plan.onLoad({ filter: LATE, namespace: "late" }, async ({ path }) => ({
        contents: lateModule(path, await import(path)),
      }));
    },
  };
}

/** What is no function, as `types` of `node:util`, is read at once where it is imported. */
function lateModule(path, exports) {
  const lines = Object.entries(exports)
    .filter(([name]) => name !== "default")
    .map(([name, value]) => {
      const way = typeof value === "function" ? "$call" : "$read";
      return `export const ${name} = /* @__PURE__ */ ${way}("${name}");`;
    });
  return `import { createRequire } from "node:module";
const $require = createRequire(import.meta.url);
const { apply: $apply, construct: $construct } = Reflect;
let $module;
const $read = (name) => ($module ??= $require("${path}"))[name];
const $call = (name) => function (...given) {
  return new.target === undefined ? $apply($read(name), undefined, given) : $construct($read(name), given);
};
${lines.join("\n")}`;
}
