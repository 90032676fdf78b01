#!/usr/bin/env node
// Builds the addon with sanitizers in build/asan, and runs the tests that reach it under them: AddressSanitizer,
// LeakSanitizer and UndefinedBehaviorSanitizer. Arguments go to mocha. The tests in test/sanitizer prove that the
// sanitizers are on.
import { spawnSync } from "node:child_process";
import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildAddon } from "./build.mjs";

// node-gyp-build looks for build/Release/*.node below this directory.
const home = join(process.cwd(), "build/asan");
buildAddon(`build/asan/build/Release`, { define: { PERSIST_SANITIZE: "address;undefined" } });

// Node and the programs that tests start leave memory to the system when they exit. With two frames of context a leak
// of theirs begins in their own binary or libraries; one of ours begins in the addon.
const suppressions = join(home, "leaks.txt");
const others = [realpathSync(process.execPath), "libstdc++.so"];
writeFileSync(suppressions, others.map((name) => `leak:${name}\n`).join(""));

const library = spawnSync("g++", ["-print-file-name=libasan.so"], { encoding: "utf8" }).stdout.trim();
const env = {
  ...process.env,
  LD_PRELOAD: library,
  PERSIST_ARCHIVE_PREBUILD: home,
  ASAN_OPTIONS: "detect_leaks=1:malloc_context_size=2",
  LSAN_OPTIONS: `suppressions=${suppressions}:print_suppressions=0`,
  UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
};
const folders = ["native", "store", "disk", "archive", "sanitizer"].map((name) => `build/test/${name}/**/*.test.js`);
const mocha = ["node_modules/mocha/bin/mocha.js", ...folders, "--timeout", "120000", ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, mocha, { env, stdio: "inherit" });
process.exit(status ?? 1);
