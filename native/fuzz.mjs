#!/usr/bin/env node
// Opens damaged npy headers, npz files or HDF5 files by the million, or puts datasets into HDF5 files, under
// AddressSanitizer and UndefinedBehaviorSanitizer:
//
//     node native/fuzz.mjs npy|npz|hdf5|hdf5-writes [runs, a million] [seed, 1]
//
// The HDF5 library dies of some. They are counted by what it dies of, and the first of each kind are kept in build/fuzz-hdf5.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { sanitized } from "./sanitized.mjs";

const [format = "", runs = "1000000", seed = "1"] = process.argv.slice(2);
const env = sanitized();
// what is freed is kept for less long than usual, and nothing is filled: a file takes a fraction of the time
env.ASAN_OPTIONS += ":quarantine_size_mb=16:max_malloc_fill_size=0";
const [program, ...rest] =
  format === "hdf5"
    ? hdf5("read")
    : format === "hdf5-writes"
      ? hdf5("write")
      : [process.execPath, "build/test/store/fuzz-opening.js", format, runs, seed];
const { status } = spawnSync(program, rest, { env, stdio: "inherit" });
process.exitCode = status ?? 1;

/** The program below the binding (test/native/fuzz-hdf5.cc), which has the sanitizers and their options in itself. */
function hdf5(what) {
  for (const name of ["LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS"]) delete env[name];
  const keep = "build/fuzz-hdf5";
  mkdirSync(keep, { recursive: true });
  const seeds = ["test/fixtures/hdf5", "test/fixtures/hdf5-kinds"]
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
    .filter((path) => path.endsWith(".h5") && !path.includes("/bad-"))
    .toSorted((a, b) => (a < b ? -1 : 1));
  return ["build/asan/build/Release/fuzz_hdf5", what, keep, runs, seed, ...seeds];
}
