#!/usr/bin/env node
// Builds all of the addon but its binding with ThreadSanitizer in build/tsan, proves that it is on, and lets many threads
// work on arrays under it (test/native/array-stress.cc). An argument says how often each does so.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildAddon, fail } from "./build.mjs";

buildAddon("build/tsan", { define: { PERSIST_SANITIZE: "thread" } });
const program = "build/tsan/array_stress";

const planted = spawnSync(program, ["race"], { encoding: "utf8" });
if (planted.status === 0 || !/data race[^]*array-stress\.cc:\d+/.test(planted.stderr))
  fail(
    `the sanitizer did not report a planted race; exit code ${planted.status}, stderr:\n${planted.stderr}`,
  );

const directory = mkdtempSync(join(tmpdir(), "persist-tsan-"));
try {
  const { status } = spawnSync(program, [directory, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(directory, { recursive: true });
}
