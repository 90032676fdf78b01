#!/usr/bin/env node
// Builds the addon with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer in build/asan, proves that they
// are on, and runs the tests that reach the addon under them. Arguments go to mocha.
import { spawnSync } from "node:child_process";
import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildAddon, fail } from "./build.mjs";

// node-gyp-build looks for build/Release/*.node below this directory.
const home = join(process.cwd(), "build/asan");
buildAddon("build/asan/build/Release", { define: { PERSIST_SANITIZE: "address;undefined" } });

// Node leaves memory to the system when it exits, and so do the programs that tests start. With two frames of context such
// a leak begins in their binary or their libraries; one of ours begins in the addon.
const suppressions = join(home, "leaks.txt");
// The HDF5 library loses a few bytes when it refuses a damaged file.
const others = [
  realpathSync(process.execPath),
  "libstdc++.so",
  "/usr/bin/",
  "libpython",
  "/usr/lib/python3/",
  "H5FL__malloc",
];
writeFileSync(suppressions, others.map((name) => `leak:${name}\n`).join(""));

const library = spawnSync("g++", ["-print-file-name=libasan.so"], { encoding: "utf8" }).stdout.trim();
const env = {
  ...process.env,
  LD_PRELOAD: library,
  PERSIST_ARCHIVE_PREBUILD: home,
  // memory that is not to be had is refused, as it is elsewhere
  ASAN_OPTIONS: "detect_leaks=1:malloc_context_size=2:allocator_may_return_null=1",
  LSAN_OPTIONS: `suppressions=${suppressions}:print_suppressions=0`,
  UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
};

const REPORTS = {
  heap: /heap-buffer-overflow[^]*diagnostics\.cc:\d+/,
  undefined: /diagnostics\.cc:\d+:\d+: runtime error: signed integer overflow/,
  leak: /detected memory leaks[^]*diagnostics\.cc:\d+/,
};
for (const [fault, report] of Object.entries(REPORTS)) {
  const program = `require("node-gyp-build")(process.cwd()).misbehave(${JSON.stringify(fault)})`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", program], { env, encoding: "utf8" });
  if (status === 0 || !report.test(stderr)) {
    fail(`the sanitizers did not report a planted fault (${fault}); exit code ${status}, stderr:\n${stderr}`);
  }
}
const idle = spawnSync(process.execPath, ["-e", 'require("node-gyp-build")(process.cwd())'], {
  env,
  encoding: "utf8",
});
if (idle.status !== 0) fail(`the sanitizers report a fault where none is planted:\n${idle.stderr}`);

// Left out: what measures time, or memory, which the sanitizer keeps for a while; what preloads a library of its own; and what kills a child at every system call, which
// would take minutes and find nothing, because a killed process reports nothing.
const titles = [
  "less than .* ms",
  "opening and closing",
  "an allocation that fails",
  "after a power cut",
  "while the disk fails",
  "until the process dies",
  "killed while it writes",
  "kills the process",
];
const without = ["--grep", titles.join("|"), "--invert"];
const folders = ["native", "store", "disk", "archive"];
const statuses = folders.map((folder) => runTests(folder));
process.exit(statuses.find((status) => status !== 0) ?? 0);

/** The tests of a folder, in a process of their own. Gives its exit code. */
function runTests(folder, isLastTry = false) {
  const files = `build/test/${folder}/**/*.test.js`;
  const mocha = ["node_modules/mocha/bin/mocha.js", files, "--timeout", "120000", ...without];
  const { status, stderr } = spawnSync(process.execPath, [...mocha, ...process.argv.slice(2)], {
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["inherit", "inherit", "pipe"],
  });
  process.stderr.write(stderr);
  // The leak checker stops all threads to look at their memory, and now and then it dies of one that is just ending. That is no finding: the tests had passed by then.
  const checkerDied =
    /LeakSanitizer has encountered a fatal error/.test(stderr) && !/ERROR: |runtime error/.test(stderr);
  if (!checkerDied || isLastTry) return status ?? 1;
  console.log(`the leak checker died; the tests of ${folder} run once more`);
  return runTests(folder, true);
}
