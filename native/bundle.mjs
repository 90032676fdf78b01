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

/** Node's modules that take a millisecond or more to load, and of which no program needs all that imports the package. */
const LATE = new Set([
  "node:child_process",
  "node:crypto",
  "node:inspector",
  "node:os",
  "node:v8",
  "node:zlib",
]);

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
    plugins: [nodeModules()],
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

/** Has the bundle take Node's modules by `require()`: an import reads every export of a module, for some of which Node then loads others. docs/decisions/0019-loading.md */
function nodeModules() {
  return {
    name: "node-modules",
    setup(plan) {
      plan.onResolve({ filter: /^node:/ }, ({ path }) =>
        path === "node:module" ? { path, external: true } : { path, namespace: "node-module" },
      );
      plan.onLoad({ filter: /^/, namespace: "node-module" }, async ({ path }) => ({
        contents: LATE.has(path)
          ? lateModule(path, await import(path))
          : earlyModule(path, await import(path)),
      }));
    },
  };
}

/** A module that is loaded with the bundle. What nobody imports of it is not read. */
function earlyModule(name, exports) {
  return `import { createRequire } from "node:module";
const $module = createRequire(import.meta.url)("${name}");
const $read = (name) => $module[name];
${exportsOf(exports, () => true, "$read")}`;
}

/** A module that is loaded when one of its functions or classes is called first; it offers nothing else. */
function lateModule(name, exports) {
  return `import { createRequire } from "node:module";
const $load = createRequire(import.meta.url);
const { apply: $apply, construct: $construct } = Reflect;
let $module;
const $late = (name) => function (...given) {
  const callee = ($module ??= $load("${name}"))[name];
  return new.target === undefined ? $apply(callee, undefined, given) : $construct(callee, given);
};
${exportsOf(exports, (value) => typeof value === "function", "$late")}`;
}

function exportsOf(exports, isOffered, from) {
  return Object.entries(exports)
    .filter(([name, value]) => name !== "default" && isOffered(value))
    .map(([name]) => `export const ${name} = /* @__PURE__ */ ${from}("${name}");`)
    .join("\n");
}
