#!/usr/bin/env node
// Builds the addon as the package ships it, under the names by which node-gyp-build finds it:
// prebuilds/<platform>-<architecture>/persist-archive.<libc>.node, for x64 with ISA-L's library beside it. The developer's own build/Release is left alone.
//
//   node native/prebuilds.mjs            every target of TARGETS
//   node native/prebuilds.mjs host       this machine's alone, whichever it is: for a package that machines like it can install
import { copyFileSync, mkdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildAddon, fail, readText, run, say } from "./build.mjs";
import { makeSysroot } from "./sysroot.mjs";

/** What the package ships, with the prefix of the tools that build it where it is not the host. */
const TARGETS = { "linux-x64": "", "linux-arm64": "aarch64-linux-gnu-" };

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const [wanted] = process.argv.slice(2);
const host = `${process.platform}-${process.arch}`;
if (wanted !== undefined && wanted !== "host") fail(`"host" or nothing is expected, not ${wanted}`);
if (wanted === undefined && host !== "linux-x64")
  fail(`all prebuilds are made on linux-x64; \`npm run prebuilds -- host\` makes that of this ${host}`);

// They appear together, or not at all.
const partial = "build/prebuilds.partial";
rmSync(partial, { recursive: true, force: true });
for (const target of wanted === "host" ? [host] : Object.keys(TARGETS)) buildTarget(target);
rmSync("prebuilds", { recursive: true, force: true });
renameSync(partial, "prebuilds");

/** @param {string} target */
function buildTarget(target) {
  const [platform, architecture] = target.split("-");
  const isHost = target === host;
  const built = `build/prebuild/${target}`;
  buildAddon(built, { architecture, define: isHost ? {} : crossCompiling(architecture) });
  const file = join(partial, target, `persist-archive${libcTag(platform)}.node`);
  mkdirSync(join(partial, target), { recursive: true });
  copyFileSync(`${built}/Release/persist_archive.node`, file); // where cmake-js puts it
  run([`${isHost ? "" : TARGETS[target]}strip`, platform === "darwin" ? "-Sx" : "--strip-all", file]);
  copyIsal(built, join(partial, target));
  say(`${target}: ${statSync(file).size} bytes`);
}

/** Puts ISA-L's library beside an addon that links it, under the name by which the addon asks for it. */
function copyIsal(built, folder) {
  const settings = readText(`${built}/CMakeCache.txt`);
  if (!/^PERSIST_ISAL:BOOL=ON$/m.test(settings)) return;
  const [, linked] = /^ISAL_SO:FILEPATH=(.+)$/m.exec(settings);
  const soname = /^libisal\.so\.\d+/.exec(basename(realpathSync(linked)))?.[0];
  if (soname !== undefined) copyFileSync(linked, join(folder, soname));
}

/** @param {string} architecture */
function crossCompiling(architecture) {
  return {
    CMAKE_TOOLCHAIN_FILE: resolve(`native/${architecture}.cmake`),
    PERSIST_SYSROOT: makeSysroot(`build/sysroot-${architecture}`, architecture),
  };
}

/** Linux has two C libraries, and a binary for one does not load with the other. @param {string} platform */
function libcTag(platform) {
  if (platform !== "linux") return "";
  return process.report.getReport().header.glibcVersionRuntime === undefined ? ".musl" : ".glibc";
}
