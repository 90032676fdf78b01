#!/usr/bin/env node
// Opens damaged npy headers or npz files by the million under AddressSanitizer and UndefinedBehaviorSanitizer:
//
//     node native/fuzz.mjs npy|npz [runs, a million] [seed, 1]
import { spawnSync } from "node:child_process";
import { sanitized } from "./sanitized.mjs";

const [format = "", runs = "1000000", seed = "1"] = process.argv.slice(2);
const env = sanitized();
// what is freed is kept for less long than usual, and nothing is filled: a file takes a fraction of the time
env.ASAN_OPTIONS += ":quarantine_size_mb=16:max_malloc_fill_size=0";
const { status } = spawnSync(process.execPath, ["build/test/store/fuzz-opening.js", format, runs, seed], {
  env,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
