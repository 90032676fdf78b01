#!/usr/bin/env node
// Runs the tests that reach the addon under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer. Arguments go to mocha.
import { spawnSync } from "node:child_process";
import { sanitized } from "./sanitized.mjs";

const env = sanitized();

// Left out: what measures memory, which the sanitizer keeps for a while; what preloads a library of its own; and what kills a child at every system call, which
// would take minutes and find nothing, because a killed process reports nothing.
const titles = [
  "opening and closing",
  "few page faults",
  "an allocation that fails",
  "after a power cut",
  "while the disk fails",
  "until the process dies",
  "killed while it writes",
  "kills the process",
  "on a disk that fails",
  "with checkpoints that is killed",
];
const without = ["--grep", titles.join("|"), "--invert"];
const folders = ["native", "store", "disk", "archive", "checkpoints"];
const failures = folders.map((folder) => runTests(folder)).filter(({ status }) => status !== 0);
// Once more at the end, where whoever sees only the last lines looks.
for (const { folder, status, report } of failures)
  console.log(`the tests of ${folder} ended with ${status}:\n${report}`);
process.exit(failures.length === 0 ? 0 : 1);

/** The tests of a folder, in a process of their own. Gives its exit code, or what signal ended it, and what it wrote to standard error. */
function runTests(folder, isLastTry = false) {
  const files = `build/test/${folder}/**/*.test.js`;
  const mocha = ["node_modules/mocha/bin/mocha.js", files, "--timeout", "120000", ...without];
  const { status, signal, stderr } = spawnSync(process.execPath, [...mocha, ...process.argv.slice(2)], {
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["inherit", "inherit", "pipe"],
  });
  process.stderr.write(stderr);
  // The leak checker stops all threads to look at their memory, and now and then it dies of one that is just ending. That is no finding: the tests had passed by then.
  const checkerDied =
    /LeakSanitizer has encountered a fatal error/.test(stderr) && !/ERROR: |runtime error/.test(stderr);
  if (!checkerDied || isLastTry) return { folder, status: status ?? signal, report: stderr };
  console.log(`the leak checker died; the tests of ${folder} run once more`);
  return runTests(folder, true);
}
