// The addon with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, in build/asan.
import { spawnSync } from "node:child_process";
import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildAddon, fail } from "./build.mjs";

const REPORTS = {
  heap: /heap-buffer-overflow[^]*diagnostics\.cc:\d+/,
  undefined: /diagnostics\.cc:\d+:\d+: runtime error: signed integer overflow/,
  leak: /detected memory leaks[^]*diagnostics\.cc:\d+/,
};

/**
 * Builds it, proves that the sanitizers are on, and gives the environment in which a Node loads it. The current directory is
 * the checkout.
 * @returns {NodeJS.ProcessEnv}
 */
export function sanitized() {
  buildAddon("build/asan/build/Release", { define: { PERSIST_SANITIZE: "address;undefined" } });
  // node-gyp-build looks for build/Release/*.node below this directory.
  const home = join(process.cwd(), "build/asan");
  const library = spawnSync("g++", ["-print-file-name=libasan.so"], { encoding: "utf8" }).stdout.trim();
  const env = {
    ...process.env,
    LD_PRELOAD: library,
    PERSIST_ARCHIVE_PREBUILD: home,
    // memory that is not to be had is refused, as it is elsewhere
    ASAN_OPTIONS: "detect_leaks=1:malloc_context_size=2:allocator_may_return_null=1",
    LSAN_OPTIONS: `suppressions=${writeSuppressions(home)}:print_suppressions=0`,
    UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
  };
  prove(env);
  return env;
}

/**
 * Node leaves memory to the system when it exits, and so do the programs that tests start. With two frames of context such
 * a leak begins in their binary or their libraries; one of ours begins in the addon.
 */
function writeSuppressions(home) {
  const file = join(home, "leaks.txt");
  // The HDF5 library loses a few bytes when it refuses a damaged file.
  const others = [
    realpathSync(process.execPath),
    "libstdc++.so",
    "/usr/bin/",
    "libpython",
    "/usr/lib/python3/",
    "H5FL__malloc",
  ];
  writeFileSync(file, others.map((name) => `leak:${name}\n`).join(""));
  return file;
}

function prove(env) {
  for (const [fault, report] of Object.entries(REPORTS)) {
    const program = `require("node-gyp-build")(process.cwd()).misbehave(${JSON.stringify(fault)})`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", program], { env, encoding: "utf8" });
    if (status === 0 || !report.test(stderr)) {
      fail(
        `the sanitizers did not report a planted fault (${fault}); exit code ${status}, stderr:\n${stderr}`,
      );
    }
  }
  const idle = spawnSync(process.execPath, ["-e", 'require("node-gyp-build")(process.cwd())'], {
    env,
    encoding: "utf8",
  });
  if (idle.status !== 0) fail(`the sanitizers report a fault where none is planted:\n${idle.stderr}`);
}
